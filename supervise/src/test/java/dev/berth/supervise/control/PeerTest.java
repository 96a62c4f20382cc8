package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A control socket on which another user listens.
@ExtendWith(LeakCheck.class)
@RequiresRoot
@RequiresProgram("python3")
class PeerTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String TRAP =
            """
            import os, socket, sys
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            s = socket.socket(socket.AF_UNIX)
            s.bind(sys.argv[1])
            s.listen()
            print("listening", flush=True)
            while True:
                c = s.accept()[0]
                print("got %d" % len(c.recv(1000)), flush=True)
                c.close()
            """;

    private static final ControlRequest SECRET =
            new ControlRequest.Change(
                    new Request.Roll(Optional.of(new Command(List.of("serve", "--secret")))));

    private static final ControlClient.Caller NOBODY =
            new ControlClient.Caller() {
                @Override
                public void accepted() {}

                @Override
                public void line(String line) {}

                @Override
                public void data(String json) {}
            };

    @Test
    void anotherUsersServerReceivesNothing() throws Exception {
        Path directory = Files.createTempDirectory("peer");
        Path socket = directory.resolve("control");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwxrwx"));
        ProcessBuilder builder = new ProcessBuilder("python3", "-c", TRAP, socket.toString());
        try (ChildProcess trap = ChildProcess.start(builder)) {
            trap.awaitLine("listening"::equals, LIMIT);
            assertThatThrownBy(() -> ControlClient.call(socket, SECRET, NOBODY))
                    .hasMessageContaining("uid 65534")
                    .hasMessageContaining("EPERM");
            assertThatThrownBy(() -> ControlClient.listener(socket)).hasMessageContaining("EPERM");
            trap.awaitLine("got 0"::equals, LIMIT);
            assertThat(trap.output()).noneMatch(line -> line.matches("got [1-9].*"));
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(directory);
        }
    }
}
