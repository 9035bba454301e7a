// Our scanner of JSON lines beside simdjson's, on the same lines in memory, one thread: each line is validated as a whole and its
// text is unescaped. Usage: measure LINES.jsonl [ROUNDS]; `run` builds it. The sums of all texts have to agree.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>


extern "C" {
#include "ctextkernels.h"
}

namespace {

std::vector<std::string_view> split(const std::string &content) {
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < content.size();) {
    size_t end = std::min(content.find('\n', at), content.size());
    if (end > at) lines.emplace_back(content.data() + at, end - at);
    at = end + 1;
  }
  return lines;
}

// What every way of reading has to find: bytes of text, and a sum that no text can be missing from.
struct Found {
  size_t bytes = 0, sum = 0;

  void add(std::string_view text) {
    bytes += text.size();
    for (size_t at = 0; at < text.size(); at += 1021) sum += (uint8_t)text[at] * (bytes + at);
  }
};

Found ours(const std::vector<std::string_view> &lines) {
  Found found;
  std::string room;
  const cram_json_name names[3] = {
      {(const uint8_t *)"text", 4}, {(const uint8_t *)"id", 2}, {(const uint8_t *)"source", 6}};
  for (auto line : lines) {
    const uint8_t *bytes = (const uint8_t *)line.data();
    cram_json_field fields[3];
    cram_json_facts facts;
    if (cram_json_scan(bytes, line.size(), names, 3, fields, &facts) != CRAM_JSON_OK) std::abort();
    if (facts.has_lone_surrogate || (facts.may_have_high && !cram_utf8_is_valid(bytes, line.size()))) std::abort();
    const auto &text = fields[0];
    size_t length = text.end - text.start - 2;
    if (!text.has_escapes) {
      found.add(line.substr(text.start + 1, length));
      continue;
    }
    if (room.size() < length) room.resize(length);
    size_t count = cram_json_unescape(bytes + text.start + 1, length, (uint8_t *)room.data());
    found.add(std::string_view(room.data(), count));
  }
  return found;
}

// Everything is parsed: the only way of simdjson that validates all of a line.
Found dom(const std::vector<std::string_view> &lines) {
  Found found;
  simdjson::dom::parser parser;
  for (auto line : lines)
    found.add(parser.parse(line.data(), line.size(), false)["text"].get_string().value());
  return found;
}

// Only the text is looked at: what stands behind it is not validated, and the id would need another look.
Found on_demand(const std::vector<std::string_view> &lines) {
  Found found;
  simdjson::ondemand::parser parser;
  for (auto line : lines) {
    auto document = parser.iterate(line.data(), line.size(), line.size() + simdjson::SIMDJSON_PADDING);
    std::string_view text = document["text"].get_string();
    found.add(text);
  }
  return found;
}

double seconds(const std::function<void()> &work) {
  auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

int main(int count, char **arguments) {
  if (count < 2) return std::fputs("usage: measure LINES.jsonl [ROUNDS]\n", stderr), 2;
  std::ifstream file(arguments[1], std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), {});
  size_t size = content.size();
  content.reserve(size + simdjson::SIMDJSON_PADDING);
  std::memset(content.data() + size, 0, 1);
  auto lines = split(content);
  struct Way {
    const char *name;
    Found (*read)(const std::vector<std::string_view> &);
    std::vector<double> times;
    Found found;
  } ways[] = {{"cram", ours, {}, {}}, {"simdjson, DOM", dom, {}, {}}, {"simdjson, On-Demand", on_demand, {}, {}}};
  int rounds = count > 2 ? std::atoi(arguments[2]) : 7;
  for (int round = 0; round < rounds; round++)
    for (auto &way : ways) way.times.push_back(seconds([&] { way.found = way.read(lines); }));
  std::printf("%zu lines, %zu bytes; simdjson %s (%s)\n", lines.size(), size, SIMDJSON_STRINGIFY(SIMDJSON_VERSION),
              simdjson::get_active_implementation()->name().c_str());
  for (auto &way : ways) {
    if (way.found.bytes != ways[0].found.bytes || way.found.sum != ways[0].found.sum) return std::puts("different texts"), 1;
    std::sort(way.times.begin(), way.times.end());
    std::printf("%-20s %6.0f MB/s\n", way.name, size / way.times[rounds / 2] / 1e6);
  }
}
