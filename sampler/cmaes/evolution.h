#pragma once

#include <Eigen/Core>
#include <functional>
#include <optional>
#include <vector>

#include "core/random.h"

namespace foldmill::sampler {

// The cell of a stepped coordinate that a place lies in. No low end: the first cell, which takes
// all that is below; no high end: the last one.
struct Cell {
  std::optional<double> low;
  std::optional<double> high;
};

// Of one coordinate; empty for a continuous one, which stays within [0, 1].
using CellOf = std::function<Cell(double place)>;

// Step sizes and weights for n coordinates and generations of that many points (Hansen, "The CMA
// evolution strategy: a tutorial", arXiv:1604.00772, table 1), negative weights included.
struct EvolutionRates {
  EvolutionRates(int dimensions, int population);

  int parents;              // the better half
  Eigen::VectorXd weights;  // best first; those of the parents sum to 1
  double effective;         // number of parents, mu_eff
  double c_sigma, d_sigma, c_c, c_1, c_mu;
  double expected_norm;  // of a standard normal vector
};

// The search distribution N(mean, sigma^2 A C A) of CMA-ES and its update by one generation, with
// the margin for stepped coordinates of Hamano, Saito, Nomura, Shirakawa, "CMA-ES with margin",
// GECCO 2022: A, diagonal, is widened so that no cell beside the mean's becomes improbable.
// A value type.
class Evolution {
 public:
  // From the middle of the unit cube. `cells` has an entry for each coordinate.
  Evolution(const EvolutionRates& rates, const std::vector<CellOf>& cells, double sigma);

  // A point: continuous coordinates within [0, 1], drawn again where they are not and clamped at
  // last; stepped ones anywhere, since the outermost cells have no end.
  Eigen::VectorXd sample(Random& random) const;

  // A point in the coordinates of C: (x - mean) / (sigma A).
  Eigen::VectorXd step_to(const Eigen::VectorXd& point) const;
  // The same for a point that another distribution made, cut to a length that the update can bear
  // (Hansen, "Injecting external solutions into CMA-ES", arXiv:1110.4181).
  Eigen::VectorXd injected_step_to(const Eigen::VectorXd& point) const;

  // `steps`: a whole generation, best first.
  void update(const std::vector<Eigen::VectorXd>& steps);

  const Eigen::VectorXd& mean() const { return mean_; }
  double sigma() const { return sigma_; }
  // The standard deviation of one coordinate.
  double deviation(Eigen::Index coordinate) const;

 private:
  double whitened_norm(const Eigen::VectorXd& step) const;
  void adapt_step_size(const Eigen::VectorXd& mean_step);
  void adapt_covariance(const std::vector<Eigen::VectorXd>& steps,
                        const Eigen::VectorXd& mean_step);
  void decompose();
  void keep_margin();
  void keep_margin(Eigen::Index coordinate, const Cell& cell);

  const EvolutionRates* rates_;
  const std::vector<CellOf>* cells_;
  Eigen::VectorXd mean_;
  double sigma_;
  Eigen::VectorXd scale_;       // the diagonal of A
  Eigen::MatrixXd covariance_;  // C = B D^2 B^T
  Eigen::MatrixXd axes_;        // B
  Eigen::VectorXd lengths_;     // the diagonal of D
  Eigen::VectorXd sigma_path_, c_path_;
  int generation_ = 0;
};

}  // namespace foldmill::sampler
