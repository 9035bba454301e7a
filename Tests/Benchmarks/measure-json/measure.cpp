// Our scanner of JSON lines beside simdjson's, on the same bytes in memory, one thread. Usage: measure LINES.jsonl ROUNDS, or measure --cases.
//
// The work of each way is what a reader of documents needs: find the lines, say that they are JSON and UTF-8, and give the text unescaped and
// the id as it is written. It prints one JSON object with the seconds of each way in each round; the texts and ids have to agree.
// With --cases it prints what each makes of lines that are hard.
#include <simdjson.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "ctextkernels.h"
}

namespace {

using simdjson::SIMDJSON_PADDING;

// What every way of reading has to find: bytes of texts and ids, and a sum that none can be missing from.
struct Found {
  size_t bytes = 0, sum = 0;

  void add(std::string_view part) {
    bytes += part.size();
    for (size_t at = 0; at < part.size(); at += 1021) sum += (uint8_t)part[at] * (bytes + at);
  }

  bool operator==(const Found &other) const { return bytes == other.bytes && sum == other.sum; }
};

// Calls `body` for each line that is not empty.
template <typename Body>
void for_each_line(std::string_view content, Body body) {
  for (size_t at = 0; at < content.size();) {
    const void *feed = std::memchr(content.data() + at, '\n', content.size() - at);
    size_t end = feed ? (size_t)((const char *)feed - content.data()) : content.size();
    if (end > at) body(content.substr(at, end - at));
    at = end + 1;
  }
}

// What is asked of each line by us: the members that a document is made of, as ranges of the line.
struct Scan {
  cram_json_field text, id;
  bool holds = false;

  explicit Scan(std::string_view line) {
    static const cram_json_name names[] = {{(const uint8_t *)"text", 4}, {(const uint8_t *)"id", 2}};
    const uint8_t *bytes = (const uint8_t *)line.data();
    cram_json_field fields[2];
    cram_json_facts facts;
    holds = cram_json_scan(bytes, line.size(), names, 2, fields, &facts) == CRAM_JSON_OK && fields[0].kind == '"' &&
            !facts.has_lone_surrogate && (!facts.may_have_high || cram_utf8_is_valid(bytes, line.size()));
    text = fields[0];
    id = fields[1];
  }

  // The text: in the line where it stands plain there, else in `room`.
  std::string_view unescaped(std::string_view line, std::string &room) const {
    std::string_view raw = line.substr(text.start + 1, text.end - text.start - 2);
    if (!text.has_escapes) return raw;
    if (room.size() < raw.size()) room.resize(raw.size());
    return {room.data(), cram_json_unescape((const uint8_t *)raw.data(), raw.size(), (uint8_t *)room.data())};
  }

  std::string_view raw_id(std::string_view line) const { return line.substr(id.start, id.end - id.start); }
};

Found ours(std::string_view content) {
  Found found;
  std::string room;
  for_each_line(content, [&](std::string_view line) {
    Scan scan(line);
    if (!scan.holds) std::abort();
    found.add(scan.unescaped(line, room));
    found.add(scan.raw_id(line));
  });
  return found;
}

// The DOM keeps no place in the line, so the id is put between quotes again: right for ids without escapes.
void add(Found &found, simdjson::dom::element document) {
  found.add(document["text"].get_string().value());
  std::string id = '"' + std::string(document["id"].get_string().value()) + '"';
  found.add(id);
}

template <typename Document>
void add_on_demand(Found &found, Document &document) {
  std::string_view id = document["id"].raw_json_token();
  found.add(std::string_view(document["text"].get_string()));
  found.add(id.substr(0, id.rfind('"') + 1));  // the token reaches to the next one
}

Found dom(std::string_view content) {
  Found found;
  simdjson::dom::parser parser;
  for_each_line(content, [&](std::string_view line) { add(found, parser.parse(line.data(), line.size(), false)); });
  return found;
}

Found dom_many(std::string_view content) {
  Found found;
  simdjson::dom::parser parser;
  simdjson::dom::document_stream documents = parser.parse_many(content.data(), content.size(), size_t(16) << 20);
  for (auto document : documents) add(found, document.value());
  return found;
}

Found on_demand(std::string_view content) {
  Found found;
  simdjson::ondemand::parser parser;
  for_each_line(content, [&](std::string_view line) {
    simdjson::ondemand::document document = parser.iterate(line.data(), line.size(), line.size() + SIMDJSON_PADDING);
    add_on_demand(found, document);
  });
  return found;
}

Found on_demand_many(std::string_view content) {
  Found found;
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document_stream documents = parser.iterate_many(content.data(), content.size(), size_t(16) << 20);
  for (auto document : documents) add_on_demand(found, document);
  return found;
}

struct Way {
  const char *name;
  Found (*read)(std::string_view);
};

// In the order of fair comparison: the DOM validates all of a line, as we do; On-Demand leaves what is not asked for unread.
const Way ways[] = {
    {"cram", ours},
    {"DOM, a line at a time", dom},
    {"DOM, parse_many", dom_many},
    {"On-Demand, a line at a time", on_demand},
    {"On-Demand, iterate_many", on_demand_many},
};

int measure(const char *path, int rounds) {
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  content.reserve(content.size() + SIMDJSON_PADDING);
  std::vector<std::string> seconds(std::size(ways));
  std::vector<Found> found(std::size(ways));
  for (int round = 0; round < rounds; round++)
    for (size_t at = 0; at < std::size(ways); at++) {
      auto begin = std::chrono::steady_clock::now();
      found[at] = ways[at].read(content);
      double taken = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      seconds[at] += (round ? ", " : "") + std::to_string(taken);
      if (!(found[at] == found[0])) return std::fprintf(stderr, "%s finds other texts than cram\n", ways[at].name), 1;
    }
  std::printf("{\"simdjson\": \"%s\", \"kernels\": [\"%s\", \"%s\"], \"bytes\": %zu, \"ways\": {", SIMDJSON_STRINGIFY(SIMDJSON_VERSION),
              cram_string_kernels_best()->name, simdjson::get_active_implementation()->name().c_str(), content.size());
  for (size_t at = 0; at < std::size(ways); at++)
    std::printf("%s\"%s\": [%s]", at ? ", " : "", ways[at].name, seconds[at].c_str());
  std::puts("}}");
  return 0;
}

// Hard lines: what we say of them, and what simdjson does.

struct Case {
  const char *what, *line;
};

const Case cases[] = {
    {"an integer above 64 bits in another field", R"({"id": "a", "text": "x", "n": 123456789012345678901234567890})"},
    {"a number beyond a double in another field", R"({"id": "a", "text": "x", "n": 1e999})"},
    {"half a surrogate pair in the text", R"({"id": "a", "text": "x \ud83d y"})"},
    {"half a surrogate pair in another field", R"({"id": "a", "text": "x", "s": "\ude00"})"},
    {"invalid UTF-8 in another field", "{\"id\": \"a\", \"text\": \"x\", \"s\": \"\xff\"}"},
    {"a key with an escape", R"({"id": "a", "te\u0078t": "x"})"},
    {"equal keys", R"({"id": "a", "text": "first", "text": "last"})"},
    {"an unknown escape in another field", R"({"id": "a", "text": "x", "s": "\q"})"},
    {"an unknown word in another field", R"({"id": "a", "text": "x", "s": nonsense})"},
    {"something behind the object", R"({"id": "a", "text": "x"} {"text": "y"})"},
};

std::string ours_says(std::string_view line) {
  std::string room;
  Scan scan(line);
  if (scan.holds) return "text " + std::string(scan.unescaped(line, room)) + ", id " + std::string(scan.raw_id(line));
  return scan.text.kind == '"' && scan.id.kind ? "refused, id " + std::string(scan.raw_id(line)) : "refused";
}

std::string dom_says(const simdjson::padded_string &line) {
  simdjson::dom::parser parser;
  std::string_view text;
  auto error = parser.parse(line)["text"].get_string().get(text);
  return error ? std::string("error: ") + simdjson::error_message(error) : "text " + std::string(text);
}

std::string on_demand_says(const simdjson::padded_string &line) {
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  std::string_view text;
  auto error = parser.iterate(line).get(document);
  if (!error) error = document["text"].get_string().get(text);
  return error ? std::string("error: ") + simdjson::error_message(error) : "text " + std::string(text);
}

int show_cases() {
  for (const Case &one : cases) {
    simdjson::padded_string line{std::string_view(one.line)};
    std::printf("%s\n  cram       %s\n  DOM        %s\n  On-Demand  %s\n", one.what, ours_says(one.line).c_str(), dom_says(line).c_str(),
                on_demand_says(line).c_str());
  }
  return 0;
}

}  // namespace

int main(int count, char **arguments) {
  if (count == 2 && std::strcmp(arguments[1], "--cases") == 0) return show_cases();
  if (count == 3) return measure(arguments[1], std::atoi(arguments[2]));
  return std::fputs("usage: measure LINES.jsonl ROUNDS | measure --cases\n", stderr), 2;
}
