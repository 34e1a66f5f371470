#pragma once

namespace foldmill {

// One visitor of a variant from several lambdas: std::visit(Overload{[](A) {}, [](B) {}}, variant).
template <class... Visitors>
struct Overload : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overload(Visitors...) -> Overload<Visitors...>;

}  // namespace foldmill
