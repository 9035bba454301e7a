#include "cplatform.h"

#include <signal.h>

static volatile sig_atomic_t caught;

static void remember(int number) { caught = number; }

void cplatform_catch_signals(void) {
  struct sigaction action = {.sa_handler = remember};  // no SA_RESTART: a blocked read has to notice
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  // Whoever started this process may have had them blocked, and a blocked signal would never stop it.
  sigset_t caught_set;
  sigemptyset(&caught_set);
  sigaddset(&caught_set, SIGINT);
  sigaddset(&caught_set, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &caught_set, NULL);
}

int cplatform_caught_signal(void) { return caught; }
