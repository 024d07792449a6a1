/* MPI behind functions of ints and doubles: MPI's handles and constants differ between its libraries, these functions do not.
   Built by scripts/mpi-shim, loaded at run time; each returns 0 or MPI's error code unless said otherwise. */
#include <mpi.h>

int residua_mpi_init(void) {
    int given, ready = 0;
    MPI_Initialized(&ready);
    return ready ? MPI_SUCCESS : MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &given);
}

int residua_mpi_finalize(void) { return MPI_Finalize(); }

/* -1 where it cannot be told. */
int residua_mpi_rank(void) {
    int rank;
    return MPI_Comm_rank(MPI_COMM_WORLD, &rank) == MPI_SUCCESS ? rank : -1;
}

int residua_mpi_size(void) {
    int size;
    return MPI_Comm_size(MPI_COMM_WORLD, &size) == MPI_SUCCESS ? size : -1;
}

/* count numbers of every rank, into count · size numbers by rank. */
int residua_mpi_allgather(const double *mine, int count, double *all) {
    return MPI_Allgather(mine, count, MPI_DOUBLE, all, count, MPI_DOUBLE, MPI_COMM_WORLD);
}

int residua_mpi_broadcast(double *values, int count, int root) { return MPI_Bcast(values, count, MPI_DOUBLE, root, MPI_COMM_WORLD); }

int residua_mpi_barrier(void) { return MPI_Barrier(MPI_COMM_WORLD); }

/* Ends all ranks. */
int residua_mpi_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }
