package dev.berth.supervise.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.net.ProcessEntry;
import dev.berth.net.ProcessList;
import dev.berth.supervise.contract.EventSink;
import dev.berth.supervise.contract.WorkerId;
import dev.berth.sys.Fd;
import dev.berth.sys.Pidfds;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/// Workers that are frozen for a moment, with a cgroup (if this system has one for us) and without.
@ExtendWith(LeakCheck.class)
class FreezerTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration A_WHILE = Duration.ofMillis(40);
    private static final WorkerId ID = new WorkerId(1, 2);

    /// A process and a child of it in a session of its own; each prints repeatedly while it runs.
    private static final String[] TREE = {
        "sh",
        "-c",
        "setsid sh -c 'while :; do echo child; sleep 0.01; done' &"
                + " while :; do echo parent; sleep 0.01; done"
    };

    private static final EventSink NOBODY =
            new EventSink() {
                @Override
                public void onEvent(String text) {}

                @Override
                public void onOutput(WorkerId worker, boolean error, String line) {}
            };

    private Optional<Cgroup> cgroup = Optional.empty();

    private Freezer freezer(boolean grouped) {
        return freezer(grouped, FreezerTest::processes);
    }

    private Freezer freezer(
            boolean grouped, Function<ProcessTree, Collection<ProcessEntry>> processes) {
        if (grouped) {
            cgroup = Cgroup.create("freezer-" + ProcessHandle.current().pid());
        }
        return new Freezer(cgroup, processes);
    }

    @AfterEach
    void removeCgroup() {
        cgroup.ifPresent(Cgroup::close);
    }

    private static Collection<ProcessEntry> processes(ProcessTree tree) {
        return tree.entries(ProcessList.read()).values();
    }

    private static ProcessTree tree(WorkerProcess worker) {
        return new ProcessTree(
                worker.id(), worker.pid(), worker.startTicks(), Set.of(), Optional.empty());
    }

    /// A worker of two processes.
    ///
    /// **Ownership:** [#close] ends both, even if one has lost the other.
    private record Tree(
            ChildProcess child, WorkerProcess worker, Collection<ProcessEntry> processes)
            implements AutoCloseable {
        static Tree start(String... before) throws IOException {
            String[] words =
                    Stream.concat(Stream.of(before), Stream.of(TREE)).toArray(String[]::new);
            ChildProcess child = ChildProcess.start(words);
            awaitRunning(child, "parent", "child");
            WorkerProcess worker = FreezerTest.worker(child);
            return new Tree(child, worker, FreezerTest.processes(tree(worker)));
        }

        int pid() {
            return child.pid();
        }

        void awaitRuns() {
            awaitRunning(child, "parent", "child");
        }

        @Override
        public void close() {
            processes.forEach(process -> PidfdSignal.send(process, Signal.KILL));
            child.close();
            worker.close();
        }
    }

    private static WorkerProcess worker(ChildProcess child) throws IOException {
        Fd pidfd = Fd.of("pidfd_open", child.pid(), Pidfds.pidfdOpen(child.pid(), 0));
        ProcessEntry entry = ProcessList.of(child.pid()).orElseThrow();
        return new WorkerProcess(
                ID,
                new WorkerProcess.FirstProcess(child.pid(), entry.startTicks(), pidfd),
                Optional.empty(),
                Optional.empty(),
                new WorkerOutput(ID, NOBODY));
    }

    /// A tree that is entirely in the cgroup, if there is one.
    private Tree start(String... before) throws IOException {
        Tree tree = Tree.start(before);
        tree.processes.forEach(each -> cgroup.ifPresent(group -> group.add(ID, each.pid())));
        return tree;
    }

    private static void send(int pid, Signal signal) throws IOException {
        try (Fd pidfd = Fd.of("pidfd_open", pid, Pidfds.pidfdOpen(pid, 0))) {
            assertThat(Pidfds.pidfdSendSignal(pidfd.number(), signal.number())).isZero();
        }
    }

    private static String state(int pid) {
        return ProcessList.of(pid).map(ProcessEntry::state).orElse("gone");
    }

    private boolean stopped(ProcessEntry process) {
        Optional<Path> freeze = cgroup.map(group -> group.path().resolve(ID + "/cgroup.events"));
        try {
            boolean frozen =
                    freeze.isPresent() && Files.readAllLines(freeze.get()).contains("frozen 1");
            return frozen || state(process.pid()).equals("T");
        } catch (IOException gone) {
            return false;
        }
    }

    /// Waits until each of them prints again.
    private static void awaitRunning(ChildProcess child, String... names) {
        int before = child.output().size();
        for (String name : names) {
            Await.until(
                    LIMIT,
                    () -> {
                        List<String> said = child.output();
                        return said.subList(before, said.size()).contains(name);
                    },
                    () -> name + " stands still: " + ProcessList.read());
        }
    }

    /// Earlier output may still come through the pipe.
    private static void assertStill(ChildProcess child) {
        int[] before = {-1};
        Await.until(
                LIMIT,
                () -> {
                    int last = before[0];
                    before[0] = child.output().size();
                    Await.pass(A_WHILE);
                    return last == before[0];
                },
                () -> "it runs: " + ProcessList.read());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theWholeTreeIsFrozenAndRunsOn(boolean grouped) throws Exception {
        Freezer freezer = freezer(grouped);
        try (Tree tree = start()) {
            for (int i = 0; i < 2; i++) {
                try (Freezer.Frozen frozen = freezer.freeze(tree(tree.worker))) {
                    assertStill(tree.child);
                    frozen.close();
                    tree.awaitRuns();
                }
            }
        }
    }

    @Test
    void processesThatLeftTheCgroupAreFrozenToo() throws Exception {
        Freezer freezer = freezer(true);
        try (Tree tree = Tree.start()) {
            cgroup.ifPresent(group -> group.add(ID, tree.pid()));
            try (Freezer.Frozen _ = freezer.freeze(tree(tree.worker))) {
                assertStill(tree.child);
            }
            tree.awaitRuns();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void itRunsOnIfReadingItsProcessesFails(boolean grouped) throws Exception {
        Freezer freezer =
                freezer(
                        grouped,
                        _ -> {
                            throw new OutOfMemoryError("of a test");
                        });
        try (Tree tree = start()) {
            assertThatThrownBy(() -> freezer.freeze(tree(tree.worker))).hasMessage("of a test");
            tree.awaitRuns();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWorkerStoppedBySomeoneElseStaysStopped(boolean grouped) throws Exception {
        Freezer freezer = freezer(grouped);
        try (Tree tree = start()) {
            send(tree.pid(), Signal.STOP);
            Await.until(LIMIT, () -> state(tree.pid()).equals("T"), () -> state(tree.pid()));
            try (Freezer.Frozen frozen = freezer.freeze(tree(tree.worker))) {
                assertStill(tree.child);
                // The termination signal waits too, for whoever has stopped it.
                send(tree.pid(), Signal.TERM);
                frozen.close();
            }
            awaitRunning(tree.child, "child");
            assertThat(state(tree.pid())).isEqualTo("T");
            send(tree.pid(), Signal.CONT);
            Await.until(LIMIT, () -> !tree.child.isAlive(), () -> state(tree.pid()));
        }
    }

    @Test
    void aCgroupFrozenBySomeoneElseStaysFrozen() throws Exception {
        Freezer freezer = freezer(true);
        if (cgroup.isEmpty()) {
            return;
        }
        Path file = cgroup.get().path().resolve(ID + "/cgroup.freeze");
        try (Tree tree = start()) {
            Files.writeString(file, "1");
            freezer.freeze(tree(tree.worker)).close();
            assertThat(Files.readString(file).strip()).isEqualTo("1");
            assertStill(tree.child);
            Files.writeString(file, "0");
            tree.awaitRuns();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWorkerMayDieWhileItIsFrozen(boolean grouped) throws Exception {
        Freezer freezer = freezer(grouped);
        try (Tree tree = start()) {
            try (Freezer.Frozen _ = freezer.freeze(tree(tree.worker))) {
                tree.child.kill();
                Await.until(LIMIT, () -> !tree.child.isAlive(), () -> state(tree.pid()));
            }
            // Nothing reads the other one's output any more.
            Await.until(LIMIT, () -> tree.processes.stream().noneMatch(this::stopped), () -> "");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aWorkerThatHasEndedCausesNoError(boolean grouped) throws Exception {
        Freezer freezer = freezer(grouped);
        try (Tree tree = start()) {
            tree.processes.forEach(process -> PidfdSignal.send(process, Signal.KILL));
            tree.child.awaitExit(LIMIT);
            freezer.freeze(tree(tree.worker)).close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @RequiresRoot
    @RequiresProgram("setpriv")
    void workersOfAnotherUserAreFrozenToo(boolean grouped) throws Exception {
        Freezer freezer = freezer(grouped);
        try (Tree tree = start("setpriv", "--reuid", "4321", "--clear-groups")) {
            try (Freezer.Frozen _ = freezer.freeze(tree(tree.worker))) {
                assertStill(tree.child);
            }
            tree.awaitRuns();
        }
    }
}
