#include "trap_reason.h"

#include "trap_frames.h"

#include "nnmanybody/potential.h"
#include "nnmanybody/text.h"

#include "fmt/format.h"

#include <optional>

namespace LAMMPS_NS {

using nnmb::Criterion;
using nnmb::info_real;
using nnmb::info_text;
using nnmb::Thresholds;

namespace {

double to_file_units(Criterion criterion, double value, const nnmb::HostUnits &units)
{
  if (criterion == Criterion::distance) return value / units.length;
  if (criterion == Criterion::extrapolation) return value;
  return value * units.length / units.energy;
}

/// "0.31", "25 eV/Å", "1.2 Å"
std::string with_unit(Criterion criterion, double value)
{
  const char *unit = criterion == Criterion::distance        ? " Å"
                     : criterion == Criterion::extrapolation ? ""
                                                             : " eV/Å";
  return fmt::format("{:.4g}{}", value, unit);
}

/// The criterion that gives its name to the record: one that stops the run, of several the one farthest beyond.
std::optional<std::size_t> leading(const nnmb::TrapOptions &options, const CriterionValues &values,
                                   bool stop)
{
  std::optional<std::size_t> found;
  double farthest = 0.0;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (!options.thresholds[c]) continue;
    const auto criterion = static_cast<Criterion>(c);
    const auto threshold = stop ? options.thresholds[c]->stop
                                : std::optional(options.thresholds[c]->caught);
    if (!threshold || !nnmb::is_beyond(criterion, values[c].value, *threshold)) continue;
    const double ratio = nnmb::is_lower_bound(criterion) ? *threshold / values[c].value
                                                         : values[c].value / *threshold;
    if (found && ratio <= farthest) continue;
    found = c;
    farthest = ratio;
  }
  return found;
}

std::string in_words(Criterion criterion, const WorstAtom &atom, const std::string &element,
                     double value, double threshold, const nnmb::Potential *potential)
{
  const std::string who = fmt::format("atom {} ({})", atom.id, element);
  const std::string much = with_unit(criterion, value);
  const std::string bound = with_unit(criterion, threshold);
  switch (criterion) {
    case Criterion::extrapolation:
      return fmt::format("{} is outside of its training range by {} of its width, more than {}",
                         describe_function(*potential, atom), much, bound);
    case Criterion::deviation:
      return fmt::format(
          "the members of the committee differ by {} in the force on {}, more than {}", much, who,
          bound);
    case Criterion::force:
      return fmt::format("the force on {} is {}, more than {}", who, much, bound);
    case Criterion::distance:
      break;
  }
  return fmt::format("{} and atom {} are {} apart, less than {}", who, atom.partner, much, bound);
}

/// The last value by every criterion, whether beyond or not.
void add_values(const nnmb::TrapOptions &options, const CriterionValues &values,
                const nnmb::HostUnits &units, nnmb::RecordInfo &info)
{
  std::vector<std::string> beyond;
  for (std::size_t c = 0; c < values.size(); ++c) {
    if (!options.thresholds[c]) continue;
    const auto criterion = static_cast<Criterion>(c);
    if (nnmb::is_beyond(criterion, values[c].value, options.thresholds[c]->caught))
      beyond.push_back(nnmb::name_of(criterion));
    info.emplace_back((nnmb::is_lower_bound(criterion) ? "min_" : "max_") +
                          nnmb::name_of(criterion),
                      info_real(to_file_units(criterion, values[c].value, units)));
  }
  info.emplace_back("criteria", info_text(nnmb::join(beyond, " ")));
}

}    // namespace

TrapReason judge(const nnmb::TrapOptions &options, const CriterionValues &values,
                 const TrapFrames &frames, const nnmb::Potential *potential)
{
  TrapReason reason;
  auto c = leading(options, values, true);
  reason.stop = c.has_value();
  if (!c) c = leading(options, values, false);
  reason.caught = c.has_value();
  if (!c) return reason;
  const auto criterion = static_cast<Criterion>(*c);
  const WorstAtom &atom = values[*c];
  const Thresholds &thresholds = *options.thresholds[*c];
  const double value = to_file_units(criterion, atom.value, frames.units());
  const double threshold =
      to_file_units(criterion, reason.stop ? *thresholds.stop : thresholds.caught, frames.units());
  const std::string &element = frames.element(atom.type);
  reason.text = in_words(criterion, atom, element, value, threshold, potential);
  reason.info = {{"criterion", nnmb::name_of(criterion)},
                 {"level", reason.stop ? "stop" : "catch"},
                 {"value", info_real(value)},
                 {"threshold", info_real(threshold)},
                 {"atom_id", std::to_string(atom.id)},
                 {"element", element}};
  if (criterion == Criterion::distance)
    reason.info.emplace_back("partner_id", std::to_string(atom.partner));
  if (criterion == Criterion::extrapolation) {
    const auto &functions = potential->descriptor(atom.species).functions();
    reason.info.emplace_back("function_number", std::to_string(atom.function + 1));
    reason.info.emplace_back(
        "function", info_text(nnmb::to_text(functions[static_cast<std::size_t>(atom.function)])));
  }
  add_values(options, values, frames.units(), reason.info);
  reason.info.emplace_back("reason", info_text(reason.text));
  return reason;
}

TrapReason failure(const std::string &criterion, const std::string &level, const std::string &text)
{
  TrapReason reason;
  reason.caught = reason.stop = true;
  reason.text = text;
  reason.info = {{"criterion", criterion}, {"level", level}, {"reason", info_text(text)}};
  return reason;
}

}    // namespace LAMMPS_NS
