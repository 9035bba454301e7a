#pragma once

/// Opens OpenBLAS at run time, because it picks its kernels the moment it is loaded and takes slow ones on processors that it does
/// not know: `OPENBLAS_CORETYPE` must be set before.

typedef struct copenblas_library copenblas_library;

/// Loads `libopenblas.so.0`, once for the process, with one thread for each call.
///
/// `OPENBLAS_CORETYPE` becomes `core_type` first, or is removed where that is NULL and the library shall choose: what the variable
/// was before makes no difference, so that a result depends on the processor and not on somebody's shell.
/// Returns NULL and leaves the loader's words in `reason` when the library or one of its functions is missing. Not thread-safe.
const copenblas_library *copenblas_open(const char *core_type, char *reason, unsigned long reason_size);

/// The kernel that the library chose ("SkylakeX") and its version and build options ("OpenBLAS 0.3.21 …"). Live as long as the process.
const char *copenblas_core_name(const copenblas_library *library);
const char *copenblas_configuration(const copenblas_library *library);

/// c[m, n] = alpha · op(a)·op(b) + beta · c, row-major, op(a) is m × k and op(b) is k × n; leading dimensions in floats. Runs on
/// the calling thread. With beta 0 the old c is not read.
void copenblas_sgemm(
    const copenblas_library *library, int transpose_a, int transpose_b, long m, long n, long k, float alpha,
    const float *a, long lda, const float *b, long ldb, float beta, float *c, long ldc);
