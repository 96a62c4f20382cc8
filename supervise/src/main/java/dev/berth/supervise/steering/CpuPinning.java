package dev.berth.supervise.steering;

import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Processes;

import java.io.File;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Pins each worker to one CPU, for the policy `cpu`: slot *i* to the *i*th CPU that this process
/// may run on, starting over after the last.
///
/// A worker that set its own affinity loses it. When the policy changes, workers may run on all of
/// those CPUs again.
public final class CpuPinning {
    private static final int PASSES = 3;

    private final int[] cpus;

    private CpuPinning(int[] cpus) {
        this.cpus = cpus;
    }

    /// Uses the CPUs of the calling thread.
    public static CpuPinning here() throws ErrnoException {
        return new CpuPinning(Processes.affinity(0));
    }

    /// The CPU that the workers of `slot` are pinned to.
    public int cpu(int slot) {
        return cpus[slot % cpus.length];
    }

    /// Pins all threads of these processes of `slot`; what they start inherits it.
    ///
    /// @return what went wrong, for users
    public Optional<String> pin(int slot, Collection<Integer> pids) {
        return keep(pids, new int[] {cpu(slot)});
    }

    /// Lets all threads of these processes run on every CPU again.
    public Optional<String> unpin(Collection<Integer> pids) {
        return keep(pids, cpus);
    }

    /// Several passes, because a thread that starts during one may be missed.
    private static Optional<String> keep(Collection<Integer> pids, int[] where) {
        Optional<String> wrong = Optional.empty();
        for (int pid : pids) {
            Set<String> done = new HashSet<>();
            for (int pass = 0; pass < PASSES; pass++) {
                String[] threads = new File("/proc/" + pid + "/task").list();
                for (String thread : threads == null ? new String[0] : threads) {
                    int result =
                            done.add(thread)
                                    ? Processes.setAffinity(Integer.parseInt(thread), where)
                                    : 0;
                    if (result < 0 && !Errno.ESRCH.is(result)) {
                        wrong = Optional.of(failure(pid, result));
                    }
                }
            }
        }
        return wrong;
    }

    private static String failure(int pid, int result) {
        String why = new ErrnoException("sched_setaffinity", "pid " + pid, -result).getMessage();
        return why + "; pinning another user's workers requires root (CAP_SYS_NICE)";
    }
}
