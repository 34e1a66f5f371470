#pragma once

#include <Eigen/Core>
#include <vector>

namespace foldmill::sampler::gp {

// What the kernel knows of a dimension: whether its coordinates have an order.
enum class DimensionKind { kNumeric, kCategorical };

struct Hyperparameters {
  Eigen::ArrayXd inverse_squared_lengths;  // one per dimension
  double scale = 1;                        // prior variance of the function
  double noise = 1e-2;                     // variance of an observation's error, where not known
};

// Matern kernel of smoothness 5/2 at unit scale, k(r^2) = (1 + u + u^2/3) exp(-u), u = sqrt(5) r
// (Rasmussen and Williams, "Gaussian processes for machine learning", 2006, equation 4.17), and its
// derivative by r^2, which exists at 0 too.
struct KernelValues {
  Eigen::ArrayXd value;
  Eigen::ArrayXd slope;
};
KernelValues matern52(const Eigen::ArrayXd& squared_distances);

// Squared differences of the coordinates of one dimension to `coordinate`: 0 or 1 (Hamming) for
// categorical ones.
Eigen::ArrayXd squared_differences(const Eigen::Ref<const Eigen::ArrayXd>& coordinates,
                                   double coordinate, DimensionKind kind);

// Squared distances of a point to each row of `points`, each dimension weighed by its
// inverse squared length.
Eigen::ArrayXd squared_distances(const Eigen::MatrixXd& points,
                                 const std::vector<DimensionKind>& kinds,
                                 const Hyperparameters& hyperparameters,
                                 const Eigen::Ref<const Eigen::VectorXd>& point);

}  // namespace foldmill::sampler::gp
