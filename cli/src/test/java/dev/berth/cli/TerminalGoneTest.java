package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.cli.command.SelfJvm;
import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `berth run` in a terminal (a real one: pty(7)) that is closed, and the meaning of SIGHUP.
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
@Timeout(600)
final class TerminalGoneTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /// Runs a command as the leader of a terminal's session, with signals set as by a shell; closes
    /// the terminal on SIGUSR1, and prints how the command ended.
    private static final String TERMINAL =
            """
            import os, pty, signal, sys
            class Closed(Exception): pass
            def close(*_): raise Closed
            signal.signal(signal.SIGUSR1, close)
            pid, master = pty.fork()
            if pid == 0:
                for number in (signal.SIGHUP, signal.SIGINT):
                    signal.signal(number, signal.SIG_DFL)
                os.execvp(sys.argv[1], sys.argv[1:])
            try:
                while os.read(master, 65536): pass
            except (Closed, OSError):
                pass
            signal.signal(signal.SIGUSR1, signal.SIG_IGN)
            os.close(master)
            _, status = os.waitpid(pid, 0)
            print("ended", os.waitstatus_to_exitcode(status), flush=True)
            """;

    private static final String SERVER =
            """
            import os, socket, sys, time
            print("parent", os.getppid(), flush=True)
            s = socket.socket()
            s.bind(("127.0.0.1", int(sys.argv[1])))
            s.listen()
            s.accept()
            """;

    @TempDir Path directory;

    private final int port = FreePort.tcp();
    private @Nullable ChildProcess terminal;

    @AfterEach
    void closeTerminal() {
        if (terminal != null) {
            terminal.close();
        }
    }

    private ChildProcess open(List<String> before, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of("python3", "-c", TERMINAL));
        words.addAll(before);
        words.addAll(SelfJvm.berth(BerthProcesses.OPTIONS));
        words.addAll(List.of("run", "-n", "1", "--name", "app", "--settle", "100ms"));
        words.addAll(List.of("--log", log().toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "python3", "-c", SERVER, "" + port));
        var builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().put("XDG_RUNTIME_DIR", directory.toString());
        ChildProcess started = ChildProcess.start(builder);
        terminal = started;
        awaitLogged("slot 0.1 is ready");
        return started;
    }

    private Path log() {
        return directory.resolve("log");
    }

    private String logged() {
        try {
            return Files.exists(log()) ? Files.readString(log()) : "";
        } catch (IOException unreadable) {
            throw new AssertionError(unreadable);
        }
    }

    private Matcher awaitLogged(String pattern) {
        Pattern wanted = Pattern.compile(pattern);
        Await.until(
                PATIENCE,
                () -> wanted.matcher(logged()).find(),
                () -> "not logged: " + pattern + ": " + logged() + terminal);
        Matcher found = wanted.matcher(logged());
        assertThat(found.find()).isTrue();
        return found;
    }

    private void signal(Signal signal) {
        int berth = Integer.parseInt(awaitLogged("parent ([0-9]+)").group(1));
        Processes.kill(berth, signal.number());
    }

    private static void close(ChildProcess terminal) {
        Processes.kill(terminal.pid(), Signal.USR1.number());
    }

    @Test
    void sighupRollsWhileTheTerminalIsOpenAndStopsWhenItIsClosed() throws Exception {
        ChildProcess terminal = open(List.of());

        signal(Signal.HUP);
        awaitLogged("SIGHUP: rolled 1 slot");
        close(terminal);

        assertThat(terminal.awaitExit(PATIENCE)).isZero();
        assertThat(terminal.output()).containsExactly("ended 0");
        assertThat(logged()).contains("SIGHUP: the terminal is gone; stopping");
    }

    @Test
    void withContinueItKeepsRunningAndSighupRolls() throws Exception {
        ChildProcess terminal = open(List.of(), "--on-hangup", "continue");

        close(terminal);
        awaitLogged("SIGHUP: the terminal is gone; running on");
        // For a while a further signal counts as the shell's.
        Await.until(
                PATIENCE,
                () -> {
                    signal(Signal.HUP);
                    return logged().contains("SIGHUP: rolled 1 slot");
                },
                this::logged);
        signal(Signal.TERM);

        assertThat(terminal.awaitExit(PATIENCE)).isZero();
        assertThat(terminal.output()).containsExactly("ended 0");
    }

    @Test
    void underNohupItKeepsRunning() throws Exception {
        ChildProcess terminal = open(List.of("nohup"));
        assertThat(logged()).contains("SIGHUP is ignored, as under nohup");

        close(terminal);
        signal(Signal.HUP);
        signal(Signal.TTIN);
        awaitLogged("SIGTTIN: scaled from 1 to 2");
        signal(Signal.TERM);

        assertThat(terminal.awaitExit(PATIENCE)).isZero();
        assertThat(logged()).doesNotContain("SIGHUP: ").contains("SIGTERM: stopping");
    }

    @Test
    void inItsOwnSessionItKeepsRunningAndSighupRolls() throws Exception {
        // Not setsid --fork: its parent may exit, and hang up, before the child has its session.
        ChildProcess terminal = open(List.of("sh", "-c", "setsid \"$@\" & wait", "sh"));

        close(terminal);
        assertThat(terminal.awaitExit(PATIENCE)).isZero();
        signal(Signal.HUP);
        awaitLogged("SIGHUP: rolled 1 slot");
        signal(Signal.TERM);

        awaitLogged("SIGTERM: stopping");
        Await.until(
                PATIENCE,
                () -> !Files.exists(directory.resolve("berth/app")),
                () -> "does not end: " + logged());
        assertThat(logged()).doesNotContain("the terminal is gone");
    }
}
