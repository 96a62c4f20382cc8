package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

@ExtendWith(NoLeaks.class)
class SpawnTest {
    private static final String LIST =
            """
            import os
            for n in sorted(int(x) for x in os.listdir('/proc/self/fd')):
                try:
                    print(n, os.readlink('/proc/self/fd/%d' % n))
                except OSError:
                    pass
            """;

    private static TreeMap<Integer, String> descriptors(Redirect... redirects)
            throws ErrnoException {
        TreeMap<Integer, String> found = new TreeMap<>();
        try (PipedChild child = PipedChild.python(LIST, redirects)) {
            child.output()
                    .lines()
                    .forEach(
                            line -> {
                                String[] words = line.split(" ", 2);
                                found.put(Integer.valueOf(words[0]), words[1]);
                            });
            assertThat(child.exit()).isEqualTo(ExitStatus.exited(0));
        }
        return found;
    }

    private static String link(Fd fd) throws Exception {
        return Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd.number())).toString();
    }

    @Test
    void aChildHasItsThreeDescriptorsAndNoOther() throws Exception {
        try (Fd ours = inheritable()) {
            TreeMap<Integer, String> found = descriptors();

            assertThat(found).containsOnlyKeys(0, 1, 2).containsEntry(0, "/dev/null");
            assertThat(found.values()).doesNotContain(link(ours));
        }
    }

    /// A socket that stays open across exec.
    private static Fd inheritable() throws ErrnoException {
        Fd fd = Tcp.bound();
        Descriptors.fcntl(fd.number(), Descriptors.F_SETFD, 0);
        return fd;
    }

    @Test
    void redirectsMayHaveGapsAndEverythingElseIsClosed() throws Exception {
        try (Fd a = inheritable();
                Fd b = Tcp.bound();
                Fd c = inheritable();
                Fd high = high(c, 700)) {
            TreeMap<Integer, String> found =
                    descriptors(
                            new Redirect(a.number(), 9),
                            new Redirect(b.number(), 4),
                            new Redirect(a.number(), 300));

            assertThat(found).containsOnlyKeys(0, 1, 2, 4, 9, 300);
            assertThat(found)
                    .containsEntry(4, link(b))
                    .containsEntry(9, link(a))
                    .containsEntry(300, link(a));
            assertThat(found.values()).doesNotContain(link(c), link(high));
        }
    }

    private static Fd high(Fd fd, int least) throws ErrnoException {
        return Fd.of("fcntl", fd, Descriptors.fcntl(fd.number(), Descriptors.F_DUPFD, least));
    }

    @Test
    void whereLibcCannotCloseTheRestExecDoesIt() throws Exception {
        int[] ends = new int[2];
        Descriptors.pipe2(ends, Descriptors.O_CLOEXEC);
        try (Fd read = new Fd(ends[0]);
                Fd write = new Fd(ends[1]);
                Fd ours = inheritable()) {
            SpawnRequest request =
                    new SpawnRequest(
                            "ls",
                            List.of("ls", "-l", "/proc/self/fd"),
                            List.of(),
                            Path.of("/"),
                            List.of(
                                    new Redirect(write.number(), 1),
                                    new Redirect(write.number(), 5)),
                            true);
            int pid = (int) Spawn.posixSpawn(request, Optional.empty());
            write.close();
            String output = output(read);
            reap(pid);
            assertThat(output).contains(" 0 -> /dev/null", " 1 -> pipe:", " 5 -> pipe:");
            assertThat(output).doesNotContain(link(ours));
            assertThat(output.lines().filter(line -> line.contains(" -> ")))
                    .as("these, 2, and the folder that ls has open")
                    .hasSize(5);
        }
    }

    private static String output(Fd pipe) {
        StringBuilder text = new StringBuilder();
        byte[] buffer = new byte[4096];
        int length = (int) Descriptors.read(pipe.number(), buffer, 0, buffer.length);
        while (length > 0) {
            text.append(new String(buffer, 0, length, UTF_8));
            length = (int) Descriptors.read(pipe.number(), buffer, 0, buffer.length);
        }
        return text.toString();
    }

    private static void reap(int pid) throws ErrnoException {
        try (Fd pidfd = Fd.of("pidfd_open", pid, Pidfds.pidfdOpen(pid, 0))) {
            assertThat(Poll.poll(pidfd.number(), Poll.POLLIN, 30_000)).isEqualTo(Poll.POLLIN);
        }
        assertThat(Processes.reap(pid)).isPresent();
    }

    @Test
    void sourcesAndTargetsMayCross() throws Exception {
        try (Fd a = high(Tcp.bound());
                Fd b = high(Tcp.bound())) {
            String linkA = link(a);
            String linkB = link(b);

            TreeMap<Integer, String> found =
                    descriptors(
                            new Redirect(a.number(), b.number()),
                            new Redirect(b.number(), a.number()));

            assertThat(found)
                    .containsOnlyKeys(0, 1, 2, a.number(), b.number())
                    .containsEntry(a.number(), linkB)
                    .containsEntry(b.number(), linkA);
        }
    }

    /// The descriptor at a number that the JVM does not use.
    private static Fd high(Fd fd) throws ErrnoException {
        try (fd) {
            return high(fd, 400);
        }
    }

    @Test
    void aSourceOnItsOwnNumberIsHandedOver() throws Exception {
        try (Fd a = high(Tcp.bound())) {
            assertThat(descriptors(new Redirect(a.number(), a.number())))
                    .containsOnlyKeys(0, 1, 2, a.number())
                    .containsEntry(a.number(), link(a));
        }
    }

    @Test
    void standardInputMayBeASocket() throws Exception {
        try (Fd a = Tcp.bound()) {
            assertThat(descriptors(new Redirect(a.number(), 0)))
                    .containsOnlyKeys(0, 1, 2)
                    .containsEntry(0, link(a));
        }
    }

    @Test
    void aChildLeadsASessionWithoutBlockedOrIgnoredSignals() throws Exception {
        String output;
        try (PipedChild child = PipedChild.start(List.of("/bin/cat", "/proc/self/status"))) {
            output = child.output();
            assertThat(output).contains("NSsid:\t" + child.pid).contains("NSpgid:\t" + child.pid);
            child.exit();
        }
        assertThat(output)
                .contains("SigBlk:\t0000000000000000")
                .contains("SigIgn:\t0000000000000000");
        assertThat(Files.readString(Path.of("/proc/thread-self/status")))
                .as("the JVM's own threads block SIGQUIT: what the child must not inherit")
                .contains("SigBlk:\t0000000000000004");
    }

    @Test
    void sigquitEndsAChild() throws Exception {
        try (PipedChild child = PipedChild.start(List.of("/bin/sleep", "60"))) {
            Processes.kill(child.pid, Signal.QUIT.number());

            assertThat(child.exit()).isEqualTo(ExitStatus.killed(Signal.QUIT.number()));
        }
    }

    @Test
    void withoutANewSessionAChildStaysInOurs() throws Exception {
        int[] ends = new int[2];
        Descriptors.pipe2(ends, Descriptors.O_CLOEXEC);
        try (Fd read = new Fd(ends[0]);
                Fd write = new Fd(ends[1])) {
            SpawnRequest request =
                    new SpawnRequest(
                            "cat",
                            List.of("cat", "/proc/self/stat"),
                            List.of(),
                            Path.of("/"),
                            List.of(new Redirect(write.number(), 1)),
                            false);
            int pid = (int) ErrnoException.check("spawn", "cat", Spawn.posixSpawn(request));
            write.close();
            String stat = output(read);
            reap(pid);
            assertThat(session(stat))
                    .isEqualTo(session(Files.readString(Path.of("/proc/self/stat"))));
        }
    }

    private static String session(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[3];
    }

    @Test
    void aChildHasTheDirectoryArgumentsAndEnvironmentAskedFor(@TempDir Path folder)
            throws Exception {
        Path directory = Files.createDirectory(folder.resolve("ordnär"));
        List<String> command = List.of("sh", "-c", "pwd; echo \"$0|$1|$NAME\"; env", "a b", "ü");
        try (PipedChild child = PipedChild.start(command, List.of("NAME=välue"), directory)) {
            assertThat(child.line()).isEqualTo(directory.toRealPath().toString());
            assertThat(child.line()).isEqualTo("a b|ü|välue");
            assertThat(child.output()).doesNotContain("PATH=/");
        }
    }

    @Test
    void aRelativeProgramIsLookedForInTheDirectory(@TempDir Path folder) throws Exception {
        Path script = Files.writeString(folder.resolve("run.sh"), "#!/bin/sh\necho here\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();

        try (PipedChild child = PipedChild.start(List.of("./run.sh"), List.of(), folder)) {
            assertThat(child.line()).isEqualTo("here");
        }
    }

    @Test
    void whatCannotBeStartedIsAnErrorAndLeavesNothing(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no program");
        assertThat(Errno.ENOENT.is(spawn("/no/such/program", "/"))).isTrue();
        assertThat(Errno.of((int) -spawn("no-such-program-anywhere", "/")))
                .as("EACCES where a folder of PATH is forbidden")
                .isIn(Errno.ENOENT, Errno.EACCES);
        assertThat(Errno.ENOENT.is(spawn("/bin/true", "/no/such/folder"))).isTrue();
        assertThat(Errno.EACCES.is(spawn(file.toString(), "/"))).isTrue();
        assertThat(Errno.EBADF.is(spawn("/bin/true", "/", new Redirect(9_999, 3)))).isTrue();
        assertThat(file.toFile().setExecutable(true)).isTrue();
        assertThat(Errno.ENOEXEC.is(spawn(file.toString(), "/"))).isTrue();
    }

    private static long spawn(String file, String directory, Redirect... redirects) {
        return Spawn.posixSpawn(
                new SpawnRequest(
                        file,
                        List.of(file),
                        List.of(),
                        Path.of(directory),
                        List.of(redirects),
                        true));
    }

    @Test
    void anImpossibleRequestIsRefused() {
        Path root = Path.of("/");
        Redirect three = new Redirect(5, 3);
        List<String> ok = List.of("x");
        assertThatIllegalArgumentException().isThrownBy(() -> new Redirect(-1, 3));
        assertThatIllegalArgumentException().isThrownBy(() -> new Redirect(3, 1024));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new SpawnRequest("x", List.of(), List.of(), root, List.of(), true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SpawnRequest("x", ok, List.of("=y"), root, List.of(), true));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SpawnRequest("x\0", ok, List.of(), root, List.of(), true));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                new SpawnRequest(
                                        "x", ok, List.of(), root, List.of(three, three), true))
                .withMessage("two redirects to fd 3");
    }
}
