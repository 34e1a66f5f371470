#include "sampler/gp/matern_kernel.h"

namespace foldmill::sampler::gp {

KernelValues matern52(const Eigen::ArrayXd& squared_distances) {
  const Eigen::ArrayXd u = (5 * squared_distances).sqrt();
  const Eigen::ArrayXd decay = (-u).exp();
  return {(1 + u + u.square() / 3) * decay, -5.0 / 6 * (1 + u) * decay};
}

Eigen::ArrayXd squared_differences(const Eigen::Ref<const Eigen::ArrayXd>& coordinates,
                                   double coordinate, DimensionKind kind) {
  if (kind == DimensionKind::kCategorical) return (coordinates != coordinate).cast<double>();
  return (coordinates - coordinate).square();
}

Eigen::ArrayXd squared_distances(const Eigen::MatrixXd& points,
                                 const std::vector<DimensionKind>& kinds,
                                 const Hyperparameters& hyperparameters,
                                 const Eigen::Ref<const Eigen::VectorXd>& point) {
  Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(points.rows());
  for (Eigen::Index d = 0; d < points.cols(); ++d)
    sum += hyperparameters.inverse_squared_lengths[d] *
           squared_differences(points.col(d).array(), point[d], kinds[static_cast<size_t>(d)]);
  return sum;
}

}  // namespace foldmill::sampler::gp
