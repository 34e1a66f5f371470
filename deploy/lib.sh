# Shared by the scripts of this folder; sourced, never run. Bash.
set -euo pipefail

FOLDMILL_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "foldmill: $*"; }

die() {
  printf '%s\n' "foldmill: error: $1" >&2
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# took SECONDS_AT_START -> "2m 05s"
took() {
  local s=$((SECONDS - $1))
  if ((s >= 60)); then printf '%dm %02ds' $((s / 60)) $((s % 60)); else printf '%ds' "$s"; fi
}

cpu_count() { nproc; }

# The directory of an official libtorch when FOLDMILL_TORCH names one, else nothing.
torch_arguments() {
  if [[ -n "${FOLDMILL_TORCH:-}" ]]; then
    [[ -e "$FOLDMILL_TORCH/share/cmake/Torch/TorchConfig.cmake" ]] || die \
      "FOLDMILL_TORCH is '$FOLDMILL_TORCH', but there is no share/cmake/Torch/TorchConfig.cmake below it" \
      "point it at an unpacked libtorch 2.x (C++11 ABI), or at site-packages/torch of a PyTorch installation" \
      "or unset it to use Debian's libtorch"
    printf '%s\n' "-DFOLDMILL_TORCH=$FOLDMILL_TORCH"
  fi
}

# build_preset PRESET ARGUMENT… -- TARGET…: configures with the arguments of cmake and builds; quiet
# unless it fails.
build_preset() {
  local start=$SECONDS preset=$1 log="$FOLDMILL_ROOT/build/$1.log" arguments=()
  shift
  while [[ $1 != -- ]]; do
    arguments+=("$1")
    shift
  done
  shift
  mkdir -p "$FOLDMILL_ROOT/build"
  say "building (preset $preset; the first time takes up to a quarter of an hour on two cores, log in build/$preset.log)"
  # Paths below the checkout are hashed as relative ones, so that another clone finds them too.
  export CCACHE_BASEDIR="$FOLDMILL_ROOT" CCACHE_NOHASHDIR=1
  (
    cd "$FOLDMILL_ROOT"
    cmake --preset "$preset" "${arguments[@]}"
    cmake --build --preset "$preset" --parallel "$(cpu_count)" --target "$@"
  ) >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    die "the build failed; its last lines stand above, all of it in $log"
  }
  if tail -n 1 "$log" | grep -q 'no work to do'; then
    say "nothing to build ($(took "$start"))"
  else
    say "built in $(took "$start")"
  fi
}

# build TESTS(ON|OFF) TARGET…: everything that deploy/ runs.
build() {
  local tests=$1 torch
  shift
  torch=$(torch_arguments)
  build_preset release -DFOLDMILL_WITH_TORCH=ON -DFOLDMILL_TESTS="$tests" ${torch:+"$torch"} -- "$@"
}
