# One line a task; the work is done by scripts/.
.PHONY: setup demo test bench lint sanitize fuzz engines clean

setup:    ; @scripts/setup all
demo:     ; @scripts/setup build plots && scripts/demo
test:     ; @scripts/setup all && scripts/test
bench:    ; @scripts/setup build && scripts/bench
lint:     ; @scripts/lint
fuzz:     ; @scripts/fuzz
engines:  ; @scripts/sweep-engines && scripts/sweep-slurm && scripts/train-mpi
sanitize: ; @scripts/setup all && scripts/sanitize
clean:    ; @rm -rf .build residua-report
