#include "nnmanybody/potential_file.h"

#include "nnmanybody/text.h"

#include <algorithm>
#include <stdexcept>

namespace nnmb {

namespace {

constexpr int format_version = 1;
const std::string statistics_columns = "statistics min max mean sigma";

// ---- header line ------------------------------------------------------------------------------------------

const std::vector<std::string> header_keys{"DATE:", "UNITS:", "CONTRIBUTOR:", "CITATION:"};

/// The words between one header key and the next.
std::string header_field(const std::vector<std::string> &words, const std::string &key)
{
  auto word = std::find(words.begin(), words.end(), key);
  std::vector<std::string> field;
  if (word != words.end())
    for (++word; word != words.end() &&
                 std::find(header_keys.begin(), header_keys.end(), *word) == header_keys.end();
         ++word)
      field.push_back(*word);
  return join(field, " ");
}

PotentialHeader parse_header(const LineReader &reader)
{
  const std::vector<std::string> words = split_words(reader.header());
  PotentialHeader header{header_field(words, "DATE:"), header_field(words, "UNITS:"),
                         header_field(words, "CONTRIBUTOR:"), header_field(words, "CITATION:")};
  if (header.units.empty())
    reader.fail_at(
        1, "the first line must read '# DATE: yyyy-mm-dd UNITS: metal CONTRIBUTOR: …'; got '" +
               reader.header() + "': is this a potential file?");
  if (header.units != "metal")
    reader.fail_at(1,
                   "expected UNITS: metal (eV, Å) in the first line, got '" + header.units + "'");
  return header;
}

void write_header(std::ostream &stream, const PotentialHeader &header)
{
  stream << "# DATE: " << header.date << " UNITS: " << header.units
         << " CONTRIBUTOR: " << header.contributor;
  if (!header.citation.empty()) stream << " CITATION: " << header.citation;
  stream << '\n';
}

// ---- one element ------------------------------------------------------------------------------------------

/// Runs `parse` and puts the place in the file in front of what it throws.
template <typename Parse> auto at_line(const LineReader &reader, Parse parse)
{
  try {
    return parse();
  } catch (const std::invalid_argument &error) {
    reader.fail(error.what());
  }
}

int read_count(LineReader &reader, const std::string &keyword)
{
  const auto words = reader.next_keyword(keyword, 2);
  const int count = at_line(reader, [&] { return parse_integer(words[1], keyword); });
  if (count < 1) reader.fail("expected a positive number of " + keyword + ", got " + words[1]);
  return count;
}

std::vector<FunctionStatistics> read_statistics(LineReader &reader, std::size_t n)
{
  if (join(reader.next("'" + statistics_columns + "'"), " ") != statistics_columns)
    reader.fail("expected '" + statistics_columns +
                "' (did the number of symmetry functions change?), got '" + reader.line() + "'");
  std::vector<FunctionStatistics> statistics;
  for (std::size_t s = 0; s < n; ++s) {
    const std::string what =
        "statistics of symmetry function " + std::to_string(s + 1) + " (min max mean sigma)";
    const auto words = reader.next(what);
    if (words.size() != 4)
      reader.fail("expected 4 numbers: " + what + ", got '" + reader.line() + "'");
    statistics.push_back(at_line(reader, [&] {
      return FunctionStatistics{parse_number(words[0], what), parse_number(words[1], what),
                                parse_number(words[2], what), parse_number(words[3], what)};
    }));
    if (statistics.back().max < statistics.back().min || statistics.back().sigma < 0.0)
      reader.fail("expected min <= max and sigma >= 0 in the " + what + ", got '" + reader.line() +
                  "'");
  }
  return statistics;
}

Scaling read_scaling(LineReader &reader)
{
  const auto words = reader.next_keyword("scaling");
  return at_line(reader, [&] {
    if (words.size() < 2)
      throw std::invalid_argument("expected the kind of scaling, got '" + reader.line() + "'");
    Scaling scaling;
    scaling.kind = scaling_kind(words[1]);
    const std::size_t expected = scaling.has_bounds() ? 4 : 2;
    if (words.size() != expected)
      throw std::invalid_argument("expected 'scaling " + words[1] +
                                  (scaling.has_bounds() ? " lower upper" : "") + "', got '" +
                                  reader.line() + "'");
    if (scaling.has_bounds()) {
      scaling.lower = parse_number(words[2], "the lower bound of the scaling");
      scaling.upper = parse_number(words[3], "the upper bound of the scaling");
    }
    return scaling;
  });
}

std::shared_ptr<const AtomicModel> read_model(LineReader &reader, std::size_t n_functions)
{
  const std::string kind = reader.next_keyword("model", 2)[1];
  auto model = read_atomic_model(kind, reader);
  if (model->n_features() != static_cast<int>(n_functions))
    reader.fail("the model has " + std::to_string(model->n_features()) + " inputs, but there are " +
                std::to_string(n_functions) + " symmetry functions");
  if (reader.next_keyword("end", 2)[1] != kind)
    reader.fail("expected 'end " + kind + "', got '" + reader.line() + "'");
  return model;
}

/// One, or the members of a committee one behind the other.
std::vector<std::shared_ptr<const AtomicModel>> read_models(LineReader &reader,
                                                            std::size_t n_functions)
{
  std::vector<std::shared_ptr<const AtomicModel>> models;
  bool another = true;
  while (another) {
    models.push_back(read_model(reader, n_functions));
    another = reader.next("'end element'").front() == "model";
    reader.put_back();
  }
  return models;
}

ElementSection read_section(LineReader &reader, const std::string &element)
{
  ElementSection section;
  if (reader.next_keyword("element", 2)[1] != element)
    reader.fail("expected 'element " + element + "' (the order of the line 'elements'), got '" +
                reader.line() + "'");
  section.element = element;
  const auto energy = reader.next_keyword("reference_energy", 2);
  section.reference_energy =
      at_line(reader, [&] { return parse_number(energy[1], "the reference energy"); });
  const int n_functions = read_count(reader, "symmetry_functions");
  for (int s = 0; s < n_functions; ++s) {
    reader.next("symmetry function " + std::to_string(s + 1) + " of " +
                std::to_string(n_functions));
    section.functions.push_back(
        at_line(reader, [&] { return parse_symmetry_function(reader.line()); }));
  }
  section.statistics = read_statistics(reader, section.functions.size());
  section.scaling = read_scaling(reader);
  at_line(reader, [&] { return AffineScaling(section.scaling, section.statistics); });
  section.models = read_models(reader, section.functions.size());
  if (reader.next_keyword("end", 2)[1] != "element")
    reader.fail("expected 'end element', got '" + reader.line() + "'");
  return section;
}

void write_section(std::ostream &stream, const ElementSection &section)
{
  stream << "\nelement " << section.element << "\nreference_energy "
         << shortest(section.reference_energy) << "\nsymmetry_functions "
         << section.functions.size() << '\n';
  for (const SymmetryFunction &function : section.functions) stream << to_text(function) << '\n';
  stream << statistics_columns << '\n';
  for (const FunctionStatistics &g : section.statistics)
    stream << fixed_width(g.min) << ' ' << fixed_width(g.max) << ' ' << fixed_width(g.mean) << ' '
           << fixed_width(g.sigma) << '\n';
  stream << "scaling " << scaling_names()[static_cast<std::size_t>(section.scaling.kind)];
  if (section.scaling.has_bounds())
    stream << ' ' << shortest(section.scaling.lower) << ' ' << shortest(section.scaling.upper);
  stream << '\n';
  for (const auto &model : section.models) {
    stream << "model " << model->kind() << '\n';
    model->write(stream);
    stream << "end " << model->kind() << '\n';
  }
  stream << "end element\n";
}

// ---- provenance -------------------------------------------------------------------------------------------

std::vector<std::pair<std::string, std::string>> read_provenance(LineReader &reader)
{
  std::vector<std::pair<std::string, std::string>> entries;
  if (reader.at_end()) return entries;
  reader.next_keyword("provenance", 1);
  while (true) {
    const auto words = reader.next("a line 'key value' or 'end provenance'");
    if (words.front() == "end") {
      if (words.size() != 2 || words[1] != "provenance")
        reader.fail("expected 'end provenance', got '" + reader.line() + "'");
      return entries;
    }
    const std::size_t key_end = reader.line().find(words.front()) + words.front().size();
    const std::size_t begin = reader.line().find_first_not_of(" \t", key_end);
    const std::string value = begin == std::string::npos ? "" : reader.line().substr(begin);
    entries.emplace_back(words.front(), value.substr(0, value.find_last_not_of(" \t") + 1));
  }
}

void check_provenance(const std::pair<std::string, std::string> &entry)
{
  const auto &[key, value] = entry;
  const bool good_key = split_words(key).size() == 1 && split_words(key).front() == key &&
                        key != "end" && key.front() != '#' &&
                        key.find_first_of("\r\n") == std::string::npos;
  const bool good_value = value.find_first_of("\r\n") == std::string::npos &&
                          (value.empty() || (value.find_first_not_of(" \t") == 0 &&
                                             value.find_last_not_of(" \t") == value.size() - 1));
  if (!good_key || !good_value)
    throw std::invalid_argument(
        "provenance: expected a one-word key (not 'end') and a one-line value without "
        "blanks at its ends, got '" +
        key + "' and '" + value + "'");
}

void check_header_field(const std::string &key, const std::string &value)
{
  const std::vector<std::string> words = split_words(value);
  const bool has_key = std::any_of(words.begin(), words.end(), [](const std::string &word) {
    return std::find(header_keys.begin(), header_keys.end(), word) != header_keys.end();
  });
  if (has_key || join(words, " ") != value || value.find_first_of("\r\n") != std::string::npos)
    throw std::invalid_argument("header: expected for " + key +
                                " words with single blanks between them and none of " +
                                join(header_keys, " ") + ", got '" + value + "'");
}

}    // namespace

PotentialDefinition read_potential(std::istream &stream, const std::string &name)
{
  LineReader reader(stream, name);
  PotentialDefinition definition;
  const auto version = reader.next_keyword("nnp_format", 2);
  definition.header = parse_header(reader);
  if (version[1] != std::to_string(format_version))
    reader.fail("expected nnp_format " + std::to_string(format_version) + ", got " + version[1] +
                ": written by a newer nnmanybody?");
  const auto elements = reader.next_keyword("elements");
  if (elements.size() < 2) reader.fail("expected 'elements' and at least one symbol");
  for (std::size_t e = 1; e < elements.size(); ++e)
    if (std::count(elements.begin() + 1, elements.end(), elements[e]) > 1)
      reader.fail("the element " + elements[e] + " stands twice");
  definition.pair_core = read_pair_core(reader);
  for (std::size_t e = 1; e < elements.size(); ++e) {
    definition.sections.push_back(read_section(reader, elements[e]));
    at_line(reader, [&] { check_model_counts(definition.sections); });
  }
  definition.provenance = read_provenance(reader);
  if (!reader.at_end()) {
    reader.next("the end of the file");
    reader.fail("expected the end of the file, got '" + reader.line() + "'");
  }
  return definition;
}

void check_definition(const PotentialDefinition &definition)
{
  const PotentialHeader &header = definition.header;
  check_header_field("date", header.date);
  check_header_field("contributor", header.contributor);
  check_header_field("citation", header.citation);
  if (header.units != "metal")
    throw std::invalid_argument("header: expected units metal (eV, Å), got '" + header.units + "'");
  for (const auto &entry : definition.provenance) check_provenance(entry);
  check_model_counts(definition.sections);
}

void write_potential(std::ostream &stream, const PotentialDefinition &definition)
{
  check_definition(definition);
  write_header(stream, definition.header);
  stream << "nnp_format " << format_version << "\nelements";
  for (const ElementSection &section : definition.sections) stream << ' ' << section.element;
  stream << '\n';
  if (definition.pair_core) stream << "pair_core " << pair_core_text(definition.pair_core) << '\n';
  for (const ElementSection &section : definition.sections) write_section(stream, section);
  stream << "\nprovenance\n";
  for (const auto &entry : definition.provenance) {
    stream << entry.first << ' ' << entry.second << '\n';
  }
  stream << "end provenance\n";
}

}    // namespace nnmb
