package dev.berth.cli;

import dev.berth.supervise.Observer;
import dev.berth.supervise.WorkerId;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// What `run` shows: `[name/slot.generation] …` for a worker's line, `berth: …` for its own. No
/// call waits for whoever reads it.
final class Console implements Observer, AutoCloseable {
    private final Announcements announcements;
    private final LineWriter out;
    private final LineWriter err;
    private final boolean timed;
    private volatile String name = "";

    private Console(Announcements announcements, LineWriter out, LineWriter err, boolean timed) {
        this.announcements = announcements;
        this.out = out;
        this.err = err;
        this.timed = timed;
    }

    /// Workers' standard output to ours, all else to standard error; or all of it to a file, each
    /// line with its time.
    static Console open(Announcements announcements, Optional<Path> log) throws IOException {
        if (log.isPresent()) {
            var file = new LineWriter("log", target(log.get()));
            return new Console(announcements, file, file, true);
        }
        return new Console(
                announcements,
                new LineWriter("stdout", new StreamTarget(FileDescriptor.out)),
                new LineWriter("stderr", new StreamTarget(FileDescriptor.err)),
                false);
    }

    private static LineTarget target(Path log) throws IOException {
        try {
            return new FileTarget(log);
        } catch (IOException failed) {
            throw new Failure("cannot write the log: " + failed.getMessage(), failed);
        }
    }

    static Console of(Announcements announcements, LineTarget out, LineTarget err) {
        return new Console(
                announcements, new LineWriter("stdout", out), new LineWriter("stderr", err), false);
    }

    void name(String supervisor) {
        name = supervisor;
    }

    @Override
    public void said(String text) {
        announcements.say(text);
        note(text);
    }

    /// A line of our own that is no news to those who wait for a command.
    void note(String text) {
        add(err, "berth: " + text);
    }

    /// Text to be copied from.
    void plain(String text) {
        add(err, text);
    }

    @Override
    public void printed(WorkerId worker, boolean error, String line) {
        add(error ? err : out, "[" + name + "/" + worker + "] " + line);
    }

    private void add(LineWriter writer, String line) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        writer.add(timed ? now + " " + line : line);
    }

    /// For log rotation; a stream is none.
    void reopen() {
        out.reopen();
        err.reopen();
    }

    @Override
    public void close() {
        out.close();
        err.close();
    }
}
