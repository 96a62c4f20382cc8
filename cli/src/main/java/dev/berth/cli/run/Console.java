package dev.berth.cli.run;

import dev.berth.cli.command.CommandFailure;
import dev.berth.net.ForeignText;
import dev.berth.supervise.contract.WorkerId;

import java.io.FileDescriptor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The output of `run`: `[name/slot.generation] …` for a line from a worker, `berth: …` for its
/// own. No call waits for the reader.
public final class Console implements ServiceLog, AutoCloseable {
    private static final int MOST_RECENT = 30;

    private final ProgressFeed feed;
    private final LineWriter out;
    private final LineWriter err;

    /// Standard error, even if `err` is a file.
    private final LineWriter alarm;

    private final Deque<String> recent = new ArrayDeque<>();
    private volatile String name = "";

    private Console(ProgressFeed feed, LineWriter out, LineWriter err, LineWriter alarm) {
        this.feed = feed;
        this.out = out;
        this.err = err;
        this.alarm = alarm;
    }

    /// Writes the workers' standard output to ours and everything else to standard error; or all of
    /// it to a file, with the time on each line. Write failures are reported on standard error.
    static Console open(ProgressFeed feed, Optional<Path> log) throws IOException {
        Supplier<String> bare = () -> "";
        LineTarget stderr = new StreamTarget(FileDescriptor.err);
        if (log.isPresent()) {
            LineTarget target = target(log.get());
            var alarm = writer("stderr", stderr, nobody -> {}, bare);
            var file = writer("the log " + log.get(), target, complain(alarm), Console::time);
            return new Console(feed, file, file, alarm);
        }
        var err = writer("stderr", stderr, nobody -> {}, bare);
        LineTarget stdout = new StreamTarget(FileDescriptor.out);
        return new Console(feed, writer("standard output", stdout, complain(err), bare), err, err);
    }

    private static LineTarget target(Path log) throws IOException {
        try {
            return new FileTarget(log);
        } catch (IOException failed) {
            throw new CommandFailure("cannot write the log: " + failed.getMessage(), failed);
        }
    }

    private static LineWriter writer(
            String name, LineTarget target, Consumer<String> complaints, Supplier<String> stamp) {
        return new LineWriter(name, new RetryingTarget(name, target, complaints), stamp);
    }

    private static Consumer<String> complain(LineWriter alarm) {
        return text -> alarm.add("berth: " + text);
    }

    private static String time() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS) + " ";
    }

    @Override
    public ProgressFeed feed() {
        return feed;
    }

    void name(String supervisor) {
        name = supervisor;
    }

    @Override
    public void onEvent(String text) {
        feed.say(text);
        note(text);
        synchronized (recent) {
            recent.addLast(text);
            if (recent.size() > MOST_RECENT) {
                recent.removeFirst();
            }
        }
    }

    @Override
    public void note(String text) {
        plain("berth: " + text);
    }

    /// Prints text without a prefix, so that it can be copied.
    public void plain(String text) {
        shown(text, err);
    }

    private static void shown(String text, LineWriter target) {
        ForeignText.lines(text).lines().forEach(target::add);
    }

    @Override
    public void onOutput(WorkerId worker, boolean error, String line) {
        printed(name, worker, error, line);
    }

    /// The same for a worker of another supervisor in this process.
    void printed(String supervisor, WorkerId worker, boolean error, String line) {
        (error ? err : out).add("[" + supervisor + "/" + worker + "] " + line);
    }

    /// Repeats the reason for a failure on standard error, where a user who has just started it
    /// looks.
    void failed() {
        if (alarm != err) {
            synchronized (recent) {
                recent.forEach(text -> shown("berth: " + text, alarm));
            }
        }
    }

    @Override
    public List<String> problems() {
        return Stream.of(out, err).distinct().flatMap(w -> w.problem().stream()).toList();
    }

    /// Reopens the log file, for log rotation; does nothing for streams.
    void reopen() {
        out.reopen();
        err.reopen();
    }

    /// Closes the alarm last, since the others report their failures to it.
    @Override
    public void close() {
        out.close();
        err.close();
        alarm.close();
    }
}
