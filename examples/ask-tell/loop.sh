#!/bin/sh
# Trains the trials of a study in a shell loop. As many of these may run at once as you like:
#
#     foldmill study create examples/ask-tell/study.yaml
#     examples/ask-tell/loop.sh
#     foldmill best ask-tell
set -u
study=${1:-ask-tell}

# Stands for your training: the loss of a fold after an epoch.
loss() {
  awk -v x="$PARAM_x" -v y="$PARAM_y" -v fold="$1" -v epoch="$2" \
    'BEGIN { print (x - 1) ^ 2 + (y + 0.5) ^ 2 + 0.01 * fold + 1 / epoch }'
}

# 0: trained; 11: stopped, because the trial is no good; anything else went wrong.
train() {
  for fold in $FOLDS; do
    for epoch in $(seq "$EPOCHS"); do
      foldmill trial report "$TRIAL.$fold" --lease "$LEASE" --epoch "$epoch" \
        "$(loss "$fold" "$epoch")" >/dev/null 2>&1 || return $?
    done
  done
  foldmill tell "$TRIAL" --lease "$LEASE"
}

while :; do
  answer=$(foldmill ask "$study" --wait 60s -o env)
  code=$?
  [ "$code" -eq 9 ] && exit 0 # no trial any more
  [ "$code" -eq 0 ] || exit "$code"
  eval "$answer"
  train
  code=$?
  [ "$code" -eq 0 ] || [ "$code" -eq 11 ] || exit "$code"
done
