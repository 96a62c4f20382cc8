package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.Settings;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;

/// A server that forks for each connection, as sshd does.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class LeftoverProcessesTest {
    /// The child that serves a connection has a child of its own that does the work, through a
    /// pipe, like a session's shell. Another child has no connection. None handles SIGTERM.
    private static Command sessions(int port) {
        String script =
                """
                import os, socket, time
                if os.fork() == 0:
                    time.sleep(600)
                s = socket.socket()
                s.bind(("127.0.0.1", %d))
                s.listen()
                while True:
                    c, _ = s.accept()
                    if os.fork() == 0:
                        s.close()
                        os.setsid()
                        millis = int(c.recv(100))
                        r, w = os.pipe()
                        if os.fork() == 0:
                            c.close()
                            time.sleep(millis / 1000)
                            os.write(w, b"done")
                            os._exit(0)
                        os.close(w)
                        c.sendall(os.read(r, 100))
                        os._exit(0)
                    c.close()
                """
                        .formatted(port);
        return new Command(List.of(Programs.python(), "-c", script));
    }

    private static SupervisorFixture rig(int port, Duration grace) throws Exception {
        Settings settings =
                SupervisorFixture.Setup.timed(
                        Settings.Ready.LISTENING, Duration.ofMillis(300), grace);
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(sessions(port)).settings(settings);
        return SupervisorFixture.start(setup).awaitReady();
    }

    private static Socket ask(int port, int millis) throws Exception {
        Socket client = SupervisorFixture.connect(port);
        client.getOutputStream().write(Integer.toString(millis).getBytes());
        return client;
    }

    private static String answer(Socket client) throws Exception {
        return new String(client.getInputStream().readAllBytes());
    }

    @Test
    void aSessionOutlivesTheProcessThatAcceptedItInARoll() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, Duration.ofSeconds(60));
                Socket client = ask(port, 4_000)) {
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            assertThat(answer(client)).isEqualTo("done");
        }
    }

    @Test
    void aSessionOutlivesItWhenTheServiceIsStopped() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, Duration.ofSeconds(60));
                Socket client = ask(port, 4_000)) {
            Future<?> stopped = fixture.supervisor.ask(new Request.Stop());
            assertThat(answer(client)).isEqualTo("done");
            stopped.get();
        }
    }

    @Test
    void aSessionLastsNoLongerThanTheDrainTime() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, Duration.ofSeconds(1));
                Socket client = ask(port, 120_000)) {
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done()).isTrue();
            assertThat(answer(client)).isEmpty();
        }
    }
}
