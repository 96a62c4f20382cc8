package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.command.SelfJvm;
import dev.berth.testkit.ChildProcess;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/// Runs whole commands of this build, each in its own process, with a shared runtime directory.
///
/// **Ownership:** [#close()] ends those that are still running; as an extension of a test, after
/// each test.
final class BerthProcesses implements AfterEachCallback, AutoCloseable {
    /// The product's options except for the start-up cache, which classes in a folder cannot have.
    static final List<String> OPTIONS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:-UsePerfData",
                    "-XX:-MaxFDLimit",
                    "--enable-native-access=ALL-UNNAMED");

    private final Supplier<Path> runtime;
    private final Duration patience;
    private final List<ChildProcess> children = new ArrayList<>();

    BerthProcesses(Path runtime, Duration patience) {
        this(() -> runtime, patience);
    }

    /// Reads the runtime directory when a command starts, for a test's temporary directory.
    BerthProcesses(Supplier<Path> runtime, Duration patience) {
        this.runtime = runtime;
        this.patience = patience;
    }

    /// Waits for a line of output that contains the text.
    void await(ChildProcess child, String text) {
        child.awaitLine(line -> line.contains(text), patience);
    }

    /// Runs a command to its end.
    ///
    /// @param code the exit code that it must have
    /// @return its lines of output
    List<String> done(int code, String... arguments) throws IOException, InterruptedException {
        ChildProcess child = start(arguments);
        assertThat(child.awaitExit(patience)).as("%s", child.output()).isEqualTo(code);
        return child.output();
    }

    ChildProcess start(String... arguments) throws IOException {
        return start(List.of(), arguments);
    }

    /// Starts a command with at most `files` descriptors.
    ChildProcess startWith(int files, String... arguments) throws IOException {
        String limited = "ulimit -n " + files + "; exec \"$@\"";
        return start(List.of("sh", "-c", limited, "sh"), arguments);
    }

    /// Starts a command with a heap of at most the given number of MiB.
    ChildProcess startWithHeap(int mebibytes, String... arguments) throws IOException {
        return start(List.of("env", "JDK_JAVA_OPTIONS=-Xmx" + mebibytes + "m"), arguments);
    }

    /// Starts a command with the given number of descriptors, and the right to raise that limit as
    /// far as this process may.
    ChildProcess startWithSoft(int files, String... arguments) throws IOException {
        String limited = "ulimit -Sn " + files + "; exec \"$@\"";
        return start(List.of("sh", "-c", limited, "sh"), arguments);
    }

    /// Behind the words of `before`.
    ChildProcess start(List<String> before, String... arguments) throws IOException {
        List<String> words = new ArrayList<>(before);
        // The process that runs the tests may ignore these signals, as nohup and background jobs
        // do.
        words.addAll(List.of("env", "--default-signal=HUP,INT"));
        words.addAll(SelfJvm.berth(OPTIONS));
        words.addAll(List.of(arguments));
        var builder = new ProcessBuilder(words);
        builder.environment().put("XDG_RUNTIME_DIR", runtime.get().toString());
        ChildProcess child = ChildProcess.start(builder);
        children.add(child);
        return child;
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        close();
    }

    @Override
    public void close() throws InterruptedException {
        try {
            // Gently first: killing the guard together with its supervisor leaves an empty cgroup
            // behind.
            for (ChildProcess child : children.reversed()) {
                if (child.isAlive()) {
                    child.terminate();
                    child.awaitExit(patience);
                }
            }
        } finally {
            children.reversed().forEach(ChildProcess::close);
        }
    }
}
