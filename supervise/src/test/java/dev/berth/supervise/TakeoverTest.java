package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.sys.Syscall;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Processes of the workers' user attack root's supervisor while it starts workers.
///
/// `-Dattack.respawns=500 -Dattack.processes=4` makes the attack longer and harder.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram({"python3", "setpriv"})
class TakeoverTest {
    private static final int NOBODY = 65534;
    private static final int ATTACKERS = Integer.getInteger("attack.processes", 2);
    private static final int WORKERS = 4;
    private static final int RESPAWNS = Integer.getInteger("attack.respawns", 8);

    /// Tries on each thread of a process, above all on new ones: to trace it, to take a descriptor
    /// of it, to read its memory, and whether it could send it a signal.
    private static final String ATTACK =
            """
            import ctypes, os, sys
            libc = ctypes.CDLL(None, use_errno=True)
            libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
            victim, tgkill, pidfd_open, pidfd_getfd = map(int, sys.argv[1:])
            SEIZE, DETACH, THREAD = 0x4206, 17, os.O_EXCL
            known, rounds = set(), 0

            def attack(tid):
                if libc.syscall(tgkill, victim, tid, 0) == 0:
                    print("SUCCESS: may signal thread", tid, flush=True)
                if libc.ptrace(SEIZE, tid, None, None) == 0:
                    print("SUCCESS: traces thread", tid, flush=True)
                    libc.ptrace(DETACH, tid, None, None)
                thread = libc.syscall(pidfd_open, tid, THREAD)
                if thread >= 0:
                    if libc.syscall(pidfd_getfd, thread, 0, 0) >= 0:
                        print("SUCCESS: has a descriptor of thread", tid, flush=True)
                    os.close(thread)
                try:
                    with open("/proc/%d/task/%d/mem" % (victim, tid), "rb"):
                        print("SUCCESS: opens the memory of thread", tid, flush=True)
                except OSError: pass

            print("attacks", flush=True)
            while True:
                try: tids = os.listdir("/proc/%d/task" % victim)
                except OSError: break
                for tid in reversed(tids):
                    if rounds % 64 == 0 or tid not in known: attack(int(tid))
                if rounds % 64 == 0: known = set(tids)
                rounds += 1
            """;

    private static List<ChildProcess> attack(int victim) throws IOException {
        List<ChildProcess> attackers = new ArrayList<>();
        for (int i = 0; i < ATTACKERS; i++) {
            attackers.add(
                    ChildProcess.start(
                            "setpriv",
                            "--reuid=" + NOBODY,
                            "--regid=" + NOBODY,
                            "--clear-groups",
                            Programs.python(),
                            "-c",
                            ATTACK,
                            Integer.toString(victim),
                            Integer.toString(Syscall.TGKILL.number()),
                            Integer.toString(Syscall.PIDFD_OPEN.number()),
                            Integer.toString(Syscall.PIDFD_GETFD.number())));
        }
        attackers.forEach(
                attacker -> attacker.awaitLine("attacks"::equals, SupervisorFixture.LIMIT));
        return attackers;
    }

    private static long ready(ChildProcess jvm) {
        return jvm.output().stream().filter(line -> line.contains("is ready, pid")).count();
    }

    private static void awaitReady(ChildProcess jvm, long count) {
        Await.until(
                SupervisorFixture.LIMIT, () -> ready(jvm) >= count, () -> jvm.output().toString());
    }

    /// Kills all workers at first; then rolls, which never wait for a back-off, until there have
    /// been enough starts.
    private static int respawn(ChildProcess jvm, Path runtime) throws IOException {
        for (ProcessEntry worker : ProcessList.descendants(jvm.pid(), ProcessList.read())) {
            if (ProcessList.command(worker.pid()).contains("socket")) {
                Processes.kill(worker.pid(), Signal.KILL.number());
            }
        }
        int count = 2 * WORKERS;
        awaitReady(jvm, count);
        while (count < WORKERS + RESPAWNS) {
            count += WORKERS;
            LoneSupervisor.order(runtime, "roll");
            awaitReady(jvm, count);
        }
        return count - WORKERS;
    }

    @Test
    void noProcessOfTheWorkersUserCanTakeOverASupervisorThread() throws Exception {
        int port = FreePort.tcp();
        Path runtime = SupervisorFixture.directory();
        Path classes = runtime.resolveSibling(runtime.getFileName() + "-classes");
        List<ChildProcess> attackers = List.of();
        try (ChildProcess jvm =
                LoneSupervisor.start(runtime, NOBODY, WORKERS, Programs.server(port, ""))) {
            awaitReady(jvm, WORKERS);
            attackers = attack(jvm.pid());
            int respawns = respawn(jvm, runtime);
            assertThat(respawns).isGreaterThanOrEqualTo(RESPAWNS);
            for (ChildProcess attacker : attackers) {
                assertThat(attacker.isAlive()).isTrue();
                assertThat(attacker.output()).containsExactly("attacks");
            }
            LoneSupervisor.order(runtime, "stop");
            assertThat(jvm.awaitExit(SupervisorFixture.LIMIT)).isZero();
        } finally {
            attackers.forEach(ChildProcess::close);
            SupervisorFixture.delete(runtime);
            SupervisorFixture.delete(classes);
        }
    }
}
