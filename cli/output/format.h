#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/output/listing.h"
#include "core/clock.h"
#include "core/parameter.h"
#include "core/rows.h"

namespace foldmill::cli {

// Numbers for people: four significant digits, "1.2e-05", "nan".
std::string short_number(double value);
std::string short_number(const std::optional<double>& value);  // empty when absent

// "p = 0.031", "p < 0.0001": two digits are more than a p value is good for.
std::string describe_p_value(double p);

// "1m02s", "2h05m", "3d04h", "0.8s".
std::string format_duration(double seconds);
// "2026-11-21T20:43:19Z".
std::string format_time(WallTime time);
// The words as a POSIX shell would need them: quoted where they hold anything special.
std::string shell_command(const std::vector<std::string>& words);
// "lr 0.002  fc 96  optimizer adam".
std::string describe_params(const ParameterSet& params);

// JSON has neither NaN nor infinity: NaN is null, infinities are "inf" and "-inf".
Json json_number(double value);
Json json_number(const std::optional<double>& value);  // absent: null as well
Json json_value(const ParameterValue& value);
Json json_params(const ParameterSet& params);
Json json_time(const std::optional<WallTime>& time);
Json json_cell(const Cell& cell);
std::string cell_text(const Cell& cell);   // every digit, for CSV
std::string table_text(const Cell& cell);  // at most six significant digits, for people

}  // namespace foldmill::cli
