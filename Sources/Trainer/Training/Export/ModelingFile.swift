/// The Python that `transformers` needs to load a crammed-bert; it travels with every export.
///
/// Positions are computed in `forward`: a buffer would hold garbage after `from_pretrained`, which builds models without memory first.
enum ModelingFile {
  static let name = "modeling_crammed_bert.py"

  static let text = #"""
    """crammed-bert for Hugging Face transformers: load this folder with trust_remote_code=True."""
    import math

    import torch
    from torch import nn
    from torch.nn import functional as F
    from transformers import PretrainedConfig, PreTrainedModel
    from transformers.modeling_outputs import BaseModelOutput, MaskedLMOutput


    class CrammedBertConfig(PretrainedConfig):
        model_type = "crammed_bert"

        def __init__(
            self,
            vocab_size=32768,
            hidden_size=768,
            num_hidden_layers=16,
            num_attention_heads=12,
            intermediate_size=3072,
            max_position_embeddings=128,
            layer_norm_eps=1e-12,
            initializer_range=0.02,
            pad_token_id=0,
            tie_word_embeddings=True,
            **kwargs,
        ):
            super().__init__(pad_token_id=pad_token_id, tie_word_embeddings=tie_word_embeddings, **kwargs)
            self.vocab_size = vocab_size
            self.hidden_size = hidden_size
            self.num_hidden_layers = num_hidden_layers
            self.num_attention_heads = num_attention_heads
            self.intermediate_size = intermediate_size
            self.max_position_embeddings = max_position_embeddings
            self.layer_norm_eps = layer_norm_eps
            self.initializer_range = initializer_range


    class ScaledSinusoids(nn.Module):
        """Fixed sine and cosine waves, interleaved, times one learned number."""

        def __init__(self, config):
            super().__init__()
            self.width = config.hidden_size
            self.scale_factor = nn.Parameter(torch.full((1,), config.hidden_size**-0.5))

        def forward(self, length):
            device = self.scale_factor.device
            place = torch.arange(length, device=device, dtype=torch.float32)[:, None]
            wave = torch.arange(0, self.width, 2, device=device, dtype=torch.float32)
            angle = place * torch.exp(wave * (-math.log(10000.0) / self.width))
            table = torch.stack([angle.sin(), angle.cos()], dim=-1).flatten(1)
            return table.to(self.scale_factor.dtype) * self.scale_factor


    class Embedding(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.word_embedding = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=config.pad_token_id)
            self.pos_embedding = ScaledSinusoids(config)
            self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

        def forward(self, words):
            return self.norm(words + self.pos_embedding(words.shape[1]))


    class SelfAttention(nn.Module):
        """One map to queries, keys and values, laid out head by head."""

        def __init__(self, config):
            super().__init__()
            self.heads = config.num_attention_heads
            self.query_key_value = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=False)

        def forward(self, states, mask):
            B, T, C = states.shape
            rows = self.query_key_value(states).view(B, T, self.heads, 3 * C // self.heads)
            q, k, v = rows.transpose(1, 2).chunk(3, dim=-1)
            return F.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(B, T, C)


    class Attention(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.self_attention = SelfAttention(config)
            self.dense = nn.Linear(config.hidden_size, config.hidden_size, bias=False)

        def forward(self, states, mask):
            return self.dense(self.self_attention(states, mask))


    class GatedFeedForward(nn.Module):
        """The first half of the map is the value, the second half its gate."""

        def __init__(self, config):
            super().__init__()
            self.dense_in = nn.Linear(config.hidden_size, config.intermediate_size, bias=False)
            self.dense_out = nn.Linear(config.intermediate_size // 2, config.hidden_size, bias=False)

        def forward(self, states):
            value, gate = self.dense_in(states).chunk(2, dim=-1)
            return self.dense_out(F.gelu(gate) * value)


    class Layer(nn.Module):
        def __init__(self, config):
            super().__init__()
            self.norm1 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
            self.attn = Attention(config)
            self.norm2 = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
            self.ffn = GatedFeedForward(config)

        def forward(self, states, mask):
            states = states + self.attn(self.norm1(states), mask)
            return states + self.ffn(self.norm2(states))


    class CrammedBertPreTrainedModel(PreTrainedModel):
        config_class = CrammedBertConfig
        base_model_prefix = "encoder"
        _no_split_modules = ["Layer"]

        def _init_weights(self, module):
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=self.config.initializer_range)
                if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                    nn.init.zeros_(module.weight[module.padding_idx])
            elif isinstance(module, nn.LayerNorm):
                nn.init.ones_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, ScaledSinusoids):
                nn.init.constant_(module.scale_factor, module.width**-0.5)


    class CrammedBertModel(CrammedBertPreTrainedModel):
        """Ids [B, T] to final states [B, T, C]."""

        def __init__(self, config):
            super().__init__(config)
            self.embedding = Embedding(config)
            self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
            self.final_norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
            self.post_init()

        def get_input_embeddings(self):
            return self.embedding.word_embedding

        def set_input_embeddings(self, module):
            self.embedding.word_embedding = module

        def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, inputs_embeds=None, return_dict=None, **kwargs):
            words = self.embedding.word_embedding(input_ids) if inputs_embeds is None else inputs_embeds
            limit = self.config.max_position_embeddings
            if words.shape[1] > limit:
                raise ValueError(f"{words.shape[1]} tokens, the model takes {limit}: truncate the text")
            states, mask = self.embedding(words), key_mask(attention_mask)
            for layer in self.layers:
                states = layer(states, mask)
            states = self.final_norm(states)
            return (states,) if return_dict is False else BaseModelOutput(last_hidden_state=states)


    def key_mask(attention_mask):
        """Which keys may be seen, [B, 1, 1, T]; a row of padding alone sees itself, so that it is not NaN."""
        if attention_mask is None or bool(attention_mask.all()):
            return None
        keys = attention_mask.bool()
        return (keys | ~keys.any(dim=1, keepdim=True))[:, None, None, :]


    class CrammedBertForMaskedLM(CrammedBertPreTrainedModel):
        _tied_weights_keys = {"decoder.weight": "encoder.embedding.word_embedding.weight"}

        def __init__(self, config):
            super().__init__(config)
            self.encoder = CrammedBertModel(config)
            self.decoder = nn.Linear(config.hidden_size, config.vocab_size, bias=False)
            self.post_init()

        def get_input_embeddings(self):
            return self.encoder.get_input_embeddings()

        def set_input_embeddings(self, module):
            self.encoder.set_input_embeddings(module)

        def get_output_embeddings(self):
            return self.decoder

        def set_output_embeddings(self, module):
            self.decoder = module

        def forward(self, input_ids=None, attention_mask=None, token_type_ids=None, labels=None, inputs_embeds=None, return_dict=None, **kwargs):
            states = self.encoder(input_ids, attention_mask, inputs_embeds=inputs_embeds).last_hidden_state
            logits, loss = self.decoder(states), None
            if labels is not None:
                loss = F.cross_entropy(logits.flatten(0, 1).float(), labels.flatten())
            if return_dict is False:
                return (logits,) if loss is None else (loss, logits)
            return MaskedLMOutput(loss=loss, logits=logits)

    """#
}
