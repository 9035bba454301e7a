#include "copenblas.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { row_major = 101, no_transpose = 111, transpose = 112 };

struct copenblas_library {
  void (*sgemm)(
      int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
      const float *b, int ldb, float beta, float *c, int ldc);
  void (*set_num_threads)(int);
  char *(*get_corename)(void);
  char *(*get_config)(void);
};

static struct copenblas_library library;
static int is_open;

static void *find(void *handle, const char *name, char *reason, unsigned long reason_size) {
  void *function = dlsym(handle, name);
  if (!function) snprintf(reason, reason_size, "it has no function %s", name);
  return function;
}

const copenblas_library *copenblas_open(const char *core_type, char *reason, unsigned long reason_size) {
  if (is_open) return &library;
  if (core_type) {
    setenv("OPENBLAS_CORETYPE", core_type, 1);
  } else {
    unsetenv("OPENBLAS_CORETYPE");
  }
  void *handle = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *words = dlerror();
    snprintf(reason, reason_size, "%s", words ? words : "not found");
    return NULL;
  }
  *(void **)&library.sgemm = find(handle, "cblas_sgemm", reason, reason_size);
  *(void **)&library.set_num_threads = find(handle, "openblas_set_num_threads", reason, reason_size);
  *(void **)&library.get_corename = find(handle, "openblas_get_corename", reason, reason_size);
  *(void **)&library.get_config = find(handle, "openblas_get_config", reason, reason_size);
  if (!library.sgemm || !library.set_num_threads || !library.get_corename || !library.get_config) return NULL;
  library.set_num_threads(1);
  is_open = 1;
  return &library;
}

const char *copenblas_core_name(const copenblas_library *library) { return library->get_corename(); }
const char *copenblas_configuration(const copenblas_library *library) { return library->get_config(); }

void copenblas_sgemm(
    const copenblas_library *library, int transpose_a, int transpose_b, long m, long n, long k, float alpha,
    const float *a, long lda, const float *b, long ldb, float beta, float *c, long ldc) {
  library->sgemm(
      row_major, transpose_a ? transpose : no_transpose, transpose_b ? transpose : no_transpose, (int)m, (int)n,
      (int)k, alpha, a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}
