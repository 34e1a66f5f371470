#include "sampler/students_t.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>

namespace foldmill::sampler {

double students_t_tail(double freedom, double statistic) {
  if (std::isinf(statistic)) return statistic > 0 ? 0 : 1;
  return cdf(complement(boost::math::students_t(freedom), statistic));
}

double students_t_exceeded(double freedom, double probability) {
  return quantile(complement(boost::math::students_t(freedom), probability));
}

}  // namespace foldmill::sampler
