package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

final class ProcessListTest {
    private static final int SELF = (int) ProcessHandle.current().pid();
    private static final int NOBODY = 0x3fff_ffff;

    private final List<Process> children = new ArrayList<>();

    @TempDir private Path folder;

    @AfterEach
    void killChildren() throws Exception {
        for (Process child : children) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly().waitFor();
        }
    }

    @Test
    void processWithANastyNameIsRead() throws Exception {
        Path program = Files.createSymbolicLink(folder.resolve("a) R 1 (b"), program("sleep"));
        int pid = start(program.toString(), "60");
        LiveSockets.until(() -> ProcessList.of(pid).orElseThrow().name().equals("a) R 1 (b"));
        ProcessEntry entry = ProcessList.of(pid).orElseThrow();
        assertThat(entry.pid()).isEqualTo(pid);
        assertThat(entry.parent()).isEqualTo(SELF);
        assertThat(entry.session()).isEqualTo(ProcessList.of(SELF).orElseThrow().session());
        assertThat(ProcessList.read()).anyMatch(other -> same(other, entry));
        assertThat(ProcessList.command(pid)).isEqualTo(program + " 60");
        Files.delete(program);
    }

    @Test
    void ownEntryAgreesWithTheJdk() {
        ProcessEntry own = ProcessList.of(SELF).orElseThrow();
        assertThat(own.parent())
                .isEqualTo((int) ProcessHandle.current().parent().orElseThrow().pid());
        assertThat(own.startTicks()).isPositive();
        assertThat(own.state()).matches("[RSD]");
        assertThat(ProcessList.command(SELF)).contains("java");
    }

    @Test
    void laterProcessStartsLater() throws Exception {
        int pid = start("sleep", "60");
        assertThat(ProcessList.of(pid).orElseThrow().startTicks())
                .isGreaterThanOrEqualTo(ProcessList.of(SELF).orElseThrow().startTicks());
    }

    @Test
    void listHoldsProcessesAndNoThreads() {
        int thread = Integer.parseInt(anotherThread());
        assertThat(ProcessList.read())
                .extracting(ProcessEntry::pid)
                .contains(SELF)
                .doesNotContain(thread)
                .doesNotHaveDuplicates();
        assertThat(ProcessList.leader(thread)).hasValue(SELF);
        assertThat(ProcessList.leader(SELF)).hasValue(SELF);
    }

    @Test
    void aProcessThatIsGoneGivesNothing() {
        assertThat(ProcessList.of(NOBODY)).isEmpty();
        assertThat(ProcessList.command(NOBODY)).isEmpty();
        assertThat(ProcessList.leader(NOBODY)).isEmpty();
    }

    @Test
    void endedProcessHasItsNameForACommand() throws Exception {
        // The program that the shell becomes never waits for the child that the shell had.
        int pid = start("sh", "-c", "sh -c 'exit 0' & exec sleep 60");
        LiveSockets.until(() -> zombieOf(pid) > 0);
        assertThat(ProcessList.command(zombieOf(pid))).isEqualTo("[sh]");
    }

    @Test
    void descendantsOfALiveTreeAreFound() throws Exception {
        int root = start("sh", "-c", "sh -c 'sleep 60; :' & sleep 60; :");
        LiveSockets.until(() -> ProcessList.descendants(root, ProcessList.read()).size() == 3);
        List<ProcessEntry> found = ProcessList.descendants(root, ProcessList.read());
        assertThat(found)
                .extracting(ProcessEntry::name)
                .containsExactlyInAnyOrder("sh", "sleep", "sleep");
        assertThat(found).extracting(ProcessEntry::pid).doesNotContain(root);
    }

    @Test
    void memberOfTheSessionBelongsToItWhoeverItsParentIs() {
        List<ProcessEntry> entries =
                List.of(
                        entry(1, 0, 1),
                        entry(30, 20, 10),
                        entry(10, 1, 10),
                        entry(20, 10, 10),
                        entry(40, 1, 10), // its parent ended
                        entry(50, 40, 50), // created a session of its own below that
                        entry(60, 1, 60),
                        entry(61, 60, 60));
        assertThat(ProcessList.descendants(10, entries))
                .extracting(ProcessEntry::pid)
                .containsExactlyInAnyOrder(20, 30, 40, 50);
        assertThat(ProcessList.descendants(61, entries)).isEmpty();
        assertThat(ProcessList.descendants(99, entries)).isEmpty();
    }

    @Test
    void loopOfParentsEnds() {
        // If ids were reused during the read, the list may say so.
        List<ProcessEntry> entries = List.of(entry(10, 11, 1), entry(11, 10, 1));
        assertThat(ProcessList.descendants(10, entries))
                .extracting(ProcessEntry::pid)
                .containsExactly(11);
    }

    private static ProcessEntry entry(int pid, int parent, int session) {
        return new ProcessEntry(pid, parent, session, 1, "S", "p" + pid);
    }

    private static boolean same(ProcessEntry left, ProcessEntry right) {
        return left.pid() == right.pid() && left.startTicks() == right.startTicks();
    }

    private static int zombieOf(int parent) {
        return ProcessList.read().stream()
                .filter(entry -> entry.parent() == parent && entry.zombie())
                .mapToInt(ProcessEntry::pid)
                .findFirst()
                .orElse(0);
    }

    private static String anotherThread() {
        String[] threads = new File("/proc/self/task").list();
        for (String thread : threads) {
            if (!thread.equals(String.valueOf(SELF))) {
                return thread;
            }
        }
        throw new AssertionError("a JVM of one thread");
    }

    private static Path program(String name) {
        return Path.of(Files.isExecutable(Path.of("/usr/bin/" + name)) ? "/usr/bin" : "/bin", name);
    }

    private int start(String... command) throws IOException {
        Process child = new ProcessBuilder(command).start();
        children.add(child);
        return (int) child.pid();
    }
}
