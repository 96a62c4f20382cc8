package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SteeringBackend;
import dev.berth.sys.Capability;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresCapability;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Listeners with TCP_DEFER_ACCEPT, such as Apache's: a connection is not accepted until its first
/// bytes have arrived.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class DeferTest {
    private static Command deferring(int port) {
        String script =
                """
                import os, socket
                s = socket.socket()
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 60)
                s.bind(("127.0.0.1", %d))
                s.listen()
                while True:
                    c, _ = s.accept()
                    c.recv(100)
                    c.sendall(b"%%d" %% os.getpid())
                    c.close()
                """
                        .formatted(port);
        return new Command(List.of(Programs.python(), "-c", script));
    }

    private static SupervisorFixture rig(int port, SteeringBackend backend, Duration drain)
            throws IOException {
        Settings settings =
                SupervisorFixture.Setup.timed(
                        Settings.Ready.LISTENING, drain, Duration.ofSeconds(10));
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup().command(deferring(port)).settings(settings);
        return SupervisorFixture.start(setup.steer(backend)).awaitReady();
    }

    private static String ask(Socket client) throws IOException {
        client.getOutputStream().write('a');
        return new String(client.getInputStream().readAllBytes());
    }

    @Test
    @RequiresCapability(Capability.BPF)
    void aSilentClientDoesNotDelayTheSlotIfItsConnectionMigrates() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, SteeringBackend.EBPF, Duration.ofSeconds(600));
                Socket silent = SupervisorFixture.connect(port)) {
            int old = fixture.pid(0);
            RequestResult rolled = fixture.ask(new Request.Roll(Optional.empty()));
            assertThat(rolled.done()).as(rolled.text()).isTrue();
            assertThat(ask(silent)).isNotEqualTo(Integer.toString(old)).isNotEmpty();
        }
    }

    @Test
    void ifItDoesNotMigrateTheRollReportsItsLoss() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, SteeringBackend.CBPF, Duration.ofSeconds(2));
                Socket silent = SupervisorFixture.connect(port)) {
            RequestResult rolled = fixture.ask(new Request.Roll(Optional.empty()));
            assertThat(silent.isConnected()).isTrue();
            assertThat(rolled.text())
                    .contains("1 connection in the handshake or waiting for their first bytes");
        }
    }

    @Test
    void deliberatelyOmittedAcknowledgementsAreNotDrops() throws Exception {
        int port = FreePort.tcp();
        try (SupervisorFixture fixture = rig(port, SteeringBackend.AUTO, Duration.ofSeconds(2))) {
            for (int i = 0; i < 5; i++) {
                try (Socket client = SupervisorFixture.connect(port)) {
                    assertThat(ask(client)).isNotEmpty();
                }
            }
            assertThat(fixture.slot(0).sockets())
                    .isNotEmpty()
                    .allSatisfy(socket -> assertThat(socket.drops()).isEmpty());
        }
    }
}
