#pragma once

#include <stddef.h>
#include <stdint.h>

/// The element-wise and row-wise part of a transformer's training step, one table of functions for each instruction set.
///
/// All tensors are row-major `float`, rows lie end to end unless a function says otherwise, and pointers need only the
/// alignment of a `float`. Outputs come first, inputs next, sizes last. Outputs may not overlap inputs except where "in place"
/// is said. Every function is pure in its arguments, allocates nothing and may run on any number of threads at once. A table gives
/// the same bits for the same arguments on every machine that can run it; two tables differ in the last bits.

/// The scalars of one AdamW update.
typedef struct ckernels_adamw {
  float gradient_scale;            ///< multiplies each gradient: 1 / N of the update and the clipping factor in one
  float decay;                     ///< multiplies each value first: 1 − learning rate · weight decay
  float beta1;                     ///< share of the old first moment
  float beta2;                     ///< share of the old second moment
  float new1;                      ///< 1 − beta1 and
  float new2;                      ///< 1 − beta2, rounded from double: from the floats they would be off by 1e-6
  float step_size;                 ///< learning rate / (1 − beta1^t)
  float inverse_root_correction2;  ///< 1 / √(1 − beta2^t)
  float epsilon;                   ///< added to the corrected root
} ckernels_adamw;

typedef struct ckernels_table {
  /// "portable", "avx2" or "avx512".
  const char *name;

  /// y = (x − mean) · rstd · weight + bias for each row; keeps `mean` and `rstd` = 1/√(variance + epsilon) [rows].
  void (*layer_norm)(
      float *y, float *mean, float *rstd, const float *x, const float *weight, const float *bias, float epsilon,
      size_t rows, size_t width);

  /// Gradient of `layer_norm`. dx = residual + d(layer norm)/dx; dweight and dbias [width] are added to, rows in rising order. `y`
  /// (may be NULL) receives the forward result again, `residual` (may be NULL) is the gradient that goes around the norm and may be dx.
  void (*layer_norm_gradient)(
      float *dx, float *dweight, float *dbias, float *y, const float *residual, const float *dy, const float *x,
      const float *mean, const float *rstd, const float *weight, const float *bias, size_t rows, size_t width);

  /// a = value · gelu(gate), where a row of `x` is [value | gate], each `width` long; GELU by erf (4.2e-7 absolute).
  void (*gated_gelu)(float *a, const float *x, size_t rows, size_t width);

  /// Gradient of `gated_gelu`: dx is [dvalue | dgate] a row; `a` receives the forward result again.
  void (*gated_gelu_gradient)(
      float *dx, float *a, const float *da, const float *x, size_t rows, size_t width);

  /// In place: a row of scores becomes its softmax; lse [rows] = log Σ e^score.
  void (*softmax)(float *scores, float *lse, size_t rows, size_t columns);

  /// In place: scores become p = e^(score − lse), and dp becomes p · (dp − delta) · scale.
  void (*softmax_gradient)(
      float *scores, float *dp, const float *lse, const float *delta, float scale, size_t rows, size_t columns);

  /// products[r] = Σ a[r·a_stride + i] · b[r·b_stride + i].
  void (*row_products)(
      float *products, const float *a, size_t a_stride, const float *b, size_t b_stride, size_t rows, size_t width);

  /// In place: a row becomes e^(x − maximum); keeps its maximum and the sum of the exponentials [rows].
  void (*exponentiate)(float *x, float *maximum, float *sum, size_t rows, size_t columns);

  /// In place: x[r] *= scale[r].
  void (*scale_rows)(float *x, const float *scale, size_t rows, size_t columns);

  /// y += x.
  void (*add)(float *y, const float *x, size_t count);

  /// y = x + scale · z.
  void (*add_scaled)(float *y, const float *x, const float *z, float scale, size_t count);

  /// Σ a · b, summed in double.
  double (*dot)(const float *a, const float *b, size_t count);

  /// One AdamW update in PyTorch's form: values decay, moments move, values step; epsilon outside the root, after the correction.
  void (*adamw)(
      float *values, float *moments1, float *moments2, const float *gradients, ckernels_adamw scalars, size_t count);
} ckernels_table;

/// The fastest table that this processor can run. Chosen once, at load.
const ckernels_table *ckernels_best(void);

/// The table called `name`, or NULL where there is none or this processor cannot run it.
const ckernels_table *ckernels_named(const char *name);

/// Whether the processor has the AVX-512 subset of Skylake-X (F, BW, DQ, VL) and the system saves its registers.
int ckernels_has_avx512(void);

/// The processor's name as it gives it itself ("AMD EPYC …"), or "" where it does not.
const char *ckernels_processor_name(void);

/// Makes this thread take denormal numbers for zero and returns the state before, for `ckernels_restore_denormals`.
///
/// Second moments of rows that are never looked up decay into denormals, which cost ten to a hundred times more.
uint32_t ckernels_flush_denormals(void);
void ckernels_restore_denormals(uint32_t state);

/// Tells the processor that this thread waits in a loop.
static inline void ckernels_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}
