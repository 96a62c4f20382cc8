package dev.berth.testkit;

import dev.berth.sys.Descriptors;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.ExitStatus;
import dev.berth.sys.Fd;
import dev.berth.sys.Processes;
import dev.berth.sys.Redirect;
import dev.berth.sys.Spawn;
import dev.berth.sys.SpawnRequest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A worker started as a dispatcher starts it: descriptor 3 is its socket.
///
/// **Ownership:** [#close()] kills it and waits for its end.
public final class TestWorkerProcess implements AutoCloseable {
    private static final int SIGKILL = 9;

    private final int pid;
    private final Path output;
    private Optional<ExitStatus> end = Optional.empty();

    private TestWorkerProcess(int pid, Path output) {
        this.pid = pid;
        this.output = output;
    }

    /// @param folder its working directory, which also receives its output
    public static TestWorkerProcess start(
            TinyDispatcher dispatcher, Path folder, List<String> command) throws IOException {
        Path output = Files.createTempFile(folder, "worker", ".txt");
        int flags = Descriptors.O_WRONLY | Descriptors.O_CLOEXEC;
        try (Fd file = Fd.of("open", output, Descriptors.open(output.toString(), flags, 0))) {
            List<Redirect> redirects =
                    List.of(
                            new Redirect(file.number(), 1),
                            new Redirect(file.number(), 2),
                            new Redirect(dispatcher.workerEndToCopy(), 3));
            long pid =
                    Spawn.posixSpawn(
                            new SpawnRequest(
                                    command.get(0),
                                    command,
                                    List.of("PATH=" + System.getenv("PATH"), "BERTH_DISPATCH_FD=3"),
                                    folder,
                                    redirects,
                                    true));
            return new TestWorkerProcess(
                    (int) ErrnoException.check("posix_spawn", command.get(0), pid), output);
        }
    }

    /// Its process id.
    public int pid() {
        return pid;
    }

    /// Everything that it has written so far.
    public String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything that it wrote, once it has ended.
    public String awaitEnd() {
        Await.until(TinyDispatcher.LIMIT, this::hasEnded, () -> "it still runs: " + output());
        return output();
    }

    /// Waits until it has written `text`.
    public void awaitOutput(String text) {
        Await.until(
                TinyDispatcher.LIMIT,
                () -> output().contains(text) || hasEnded(),
                () -> "not '" + text + "', but: " + output());
        if (!output().contains(text)) {
            throw new AssertionError("ended without '" + text + "': " + output());
        }
    }

    /// Kills it with SIGKILL.
    public void kill() {
        Processes.kill(pid, SIGKILL);
    }

    private boolean hasEnded() {
        try {
            end = end.isPresent() ? end : Processes.reap(pid);
            return end.isPresent();
        } catch (ErrnoException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (!hasEnded()) {
            kill();
            awaitEnd();
        }
    }
}
