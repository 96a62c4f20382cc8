package dev.berth.supervise.process;

import dev.berth.sys.Processes;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Makes this process the subreaper of its descendants, as long as it has a supervisor. Knows the
/// workers of all supervisors of this process, so that none takes another's for an orphan.
final class Subreaper {
    private static final Set<Integer> WORKERS = ConcurrentHashMap.newKeySet();

    private static int supervisors;

    private Subreaper() {}

    static synchronized void begin() {
        supervisors++;
        set(1);
    }

    static synchronized void end() {
        supervisors--;
        set(supervisors > 0 ? 1 : 0);
    }

    private static void set(int value) {
        Processes.prctl(Processes.PR_SET_CHILD_SUBREAPER, value, 0, 0, 0);
    }

    /// Whether this process has only one supervisor.
    static synchronized boolean alone() {
        return supervisors <= 1;
    }

    /// A supervisor has started a worker with this first process.
    static void started(int worker) {
        WORKERS.add(worker);
    }

    /// Its end has been handled.
    static void ended(int worker) {
        WORKERS.remove(worker);
    }

    /// Whether the process is the first one of a worker of any supervisor.
    static boolean isWorker(int pid) {
        return WORKERS.contains(pid);
    }
}
