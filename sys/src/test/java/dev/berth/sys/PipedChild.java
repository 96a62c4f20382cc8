package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.junit.jupiter.api.Assumptions;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A child process whose standard output and error come through a pipe; closing kills it.
final class PipedChild implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofMinutes(3);

    final int pid;
    private final Fd output;
    private boolean reaped;

    private PipedChild(int pid, Fd output) {
        this.pid = pid;
        this.output = output;
    }

    /// Starts `command` from the calling thread.
    static PipedChild start(List<String> command, Redirect... redirects) throws ErrnoException {
        return start(command, List.of("LC_ALL=C"), Path.of("/"), redirects);
    }

    static PipedChild start(
            List<String> command, List<String> environment, Path directory, Redirect... redirects)
            throws ErrnoException {
        int[] ends = new int[2];
        ErrnoException.check("pipe2", "", Descriptors.pipe2(ends, Descriptors.O_CLOEXEC));
        Fd read = new Fd(ends[0]);
        try (Fd write = new Fd(ends[1])) {
            List<Redirect> all = new ArrayList<>(List.of(redirects));
            all.add(new Redirect(write.number(), 1));
            all.add(new Redirect(write.number(), 2));
            SpawnRequest request =
                    new SpawnRequest(
                            command.getFirst(), command, environment, directory, all, true);
            long pid = ErrnoException.check("spawn", command, Spawn.posixSpawn(request));
            return new PipedChild((int) pid, read);
        } catch (ErrnoException | RuntimeException e) {
            read.close();
            throw e;
        }
    }

    /// Starts a Python program; without Python the test is skipped, or fails on a CI machine.
    static PipedChild python(String program, Redirect... redirects) throws ErrnoException {
        String python = findPython().orElse("");
        if (python.isEmpty() && !"true".equals(System.getenv("CI"))) {
            Assumptions.abort("needs python3");
        }
        return start(List.of(python, "-S", "-E", "-c", program), redirects);
    }

    private static Optional<String> findPython() {
        List<String> folders = new ArrayList<>(List.of("/usr/bin", "/bin"));
        folders.addAll(List.of(System.getenv("PATH").split(File.pathSeparator)));
        return folders.stream()
                .map(folder -> Path.of(folder, "python3"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /// Starts one of these test classes in its own JVM, where `main` does not run on the first
    /// thread.
    static PipedChild java(Class<?> main, String... arguments) throws Exception {
        String resource = main.getName().replace('.', '/') + ".class";
        URI file = main.getResource("/" + resource).toURI();
        String folder = Path.of(file).toString().replace("/" + resource, "");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xshare:auto",
                                "-cp",
                                folder,
                                main.getName()));
        command.addAll(List.of(arguments));
        return start(command);
    }

    /// Everything that the child has written, once it has ended or closed its output.
    String output() throws ErrnoException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[4096];
        for (long count = read(buffer); count > 0; count = read(buffer)) {
            all.write(buffer, 0, (int) count);
        }
        return all.toString(UTF_8);
    }

    /// Reads up to the end of a line.
    String line() throws ErrnoException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte[] one = new byte[1];
        while (read(one) > 0 && one[0] != '\n') {
            line.write(one[0]);
        }
        return line.toString(UTF_8);
    }

    private long read(byte[] buffer) throws ErrnoException {
        int events = Poll.poll(output.number(), Poll.POLLIN, (int) PATIENCE.toMillis());
        assertThat(events).as("output of the child in time").isNotZero();
        return ErrnoException.check(
                "read", "pipe", Descriptors.read(output.number(), buffer, 0, buffer.length));
    }

    /// Waits for the child to end and returns how it ended.
    ExitStatus exit() throws ErrnoException {
        try (Fd pidfd = Fd.of("pidfd_open", pid, Pidfds.pidfdOpen(pid, 0))) {
            int events = Poll.poll(pidfd.number(), Poll.POLLIN, (int) PATIENCE.toMillis());
            if (events == 0) {
                fail("child still runs");
            }
        }
        reaped = true;
        return Processes.reap(pid).orElseThrow();
    }

    @Override
    public void close() throws ErrnoException {
        output.close();
        if (!reaped) {
            Processes.kill(pid, Signal.KILL.number());
            exit();
        }
    }
}
