package dev.berth.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.sys.Processes;
import dev.berth.sys.Signal;
import dev.berth.testkit.Await;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A supervisor whose log and runtime directory are on a disk that fills up, with bytes or with
/// files.
@RequiresRoot
@RequiresProgram({"python3", "mount", "umount"})
@ExtendWith(LeakCheck.class)
@Timeout(600)
class FullDiskTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final String PROGRAM =
            """
            import os, socket, sys
            s = socket.socket()
            s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(('127.0.0.1', int(sys.argv[1])))
            s.listen(5)
            while True:
                c, _ = s.accept()
                print('x' * 5000, flush=True)
                c.sendall(b'%d\\n' % os.getpid())
                c.close()
            """;

    @TempDir Path directory;

    private final int port = FreePort.tcp();
    private Path disk;
    private BerthProcesses processes;

    @BeforeEach
    void mount() throws Exception {
        disk = Files.createDirectory(directory.resolve("disk"));
        succeed("mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=64,mode=700", "none", "" + disk);
        processes = new BerthProcesses(disk, PATIENCE);
    }

    @AfterEach
    void unmount() throws Exception {
        processes.close();
        succeed("umount", "-l", disk.toString());
    }

    private static void succeed(String... command) throws Exception {
        try (ChildProcess child = ChildProcess.start(command)) {
            assertThat(child.awaitExit(PATIENCE)).as("%s", child.output()).isZero();
        }
    }

    /// Fills the disk with the bytes of one file, or with empty files, and returns the files.
    private List<Path> fill(String with) throws IOException {
        byte[] content = new byte[with.equals("bytes") ? 4096 : 0];
        List<Path> files = new ArrayList<>();
        try {
            while (true) {
                if (files.isEmpty() || content.length == 0) {
                    files.add(disk.resolve("filler" + files.size()));
                }
                Files.write(
                        files.getLast(),
                        content,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            }
        } catch (IOException full) {
            assertThat(full.getMessage()).contains("No space left");
        }
        return files;
    }

    private int ask() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedReader answer =
                        new BufferedReader(
                                new InputStreamReader(
                                        socket.getInputStream(), StandardCharsets.US_ASCII))) {
            return Integer.parseInt(String.valueOf(answer.readLine()));
        }
    }

    /// Waits for an answer, which comes once the crashed worker has been replaced.
    private boolean answersAnother(int pid) {
        try {
            return ask() != pid;
        } catch (IOException | NumberFormatException noAnswer) {
            return false;
        }
    }

    private String berth(int code, String... arguments) throws Exception {
        ChildProcess child = processes.start(arguments);
        assertThat(child.awaitExit(PATIENCE)).as("%s", child.output()).isEqualTo(code);
        return String.join("\n", child.output());
    }

    private static void await(BooleanCheck check, ChildProcess web) {
        Await.until(
                PATIENCE,
                () -> {
                    try {
                        return check.holds();
                    } catch (Exception failed) {
                        throw new AssertionError(web.output().toString(), failed);
                    }
                },
                () -> web.output().toString());
    }

    private interface BooleanCheck {
        boolean holds() throws Exception;
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes", "files"})
    void onAFullDiskWorkersAreStillReplaced(String with) throws Exception {
        Path log = disk.resolve("log");
        Path program = Files.writeString(directory.resolve("server.py"), PROGRAM);
        ChildProcess web =
                processes.start(
                        "run",
                        "-n",
                        "1",
                        "--name",
                        "web",
                        "--settle",
                        "100ms",
                        "--log",
                        log.toString(),
                        "--",
                        "python3",
                        program.toString(),
                        "" + port);
        await(() -> Files.exists(log) && Files.readString(log).contains("0.1 is ready"), web);
        List<Path> fillers = fill(with);

        int first = ask();
        Processes.kill(first, Signal.KILL.number());
        await(() -> answersAnother(first), web);
        int second = ask();
        assertThat(berth(0, "roll", "web")).contains("rolled 1 slot");
        assertThat(ask()).isNotEqualTo(second);
        if (with.equals("files")) {
            assertThat(Files.readString(log)).contains("gets no NOTIFY_SOCKET: bind");
        }

        for (Path filler : fillers) {
            Files.deleteIfExists(filler);
        }
        assertThat(berth(0, "roll", "web")).contains("rolled 1 slot");
        if (with.equals("bytes")) {
            await(() -> Files.readString(log).contains("lines missing here"), web);
        }
        berth(0, "stop", "web");
        assertThat(web.awaitExit(PATIENCE)).isZero();
    }
}
