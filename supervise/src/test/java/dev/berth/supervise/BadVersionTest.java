package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.supervise.contract.Settings;
import dev.berth.supervise.contract.SettingsVariants;
import dev.berth.testkit.FreePort;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.RequiresProgram;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A new version that does not become and stay ready never replaces one that works, and clients do
/// not notice.
@ExtendWith(LeakCheck.class)
@RequiresProgram("python3")
class BadVersionTest {
    /// The ways in which a version is bad, and what the roll reports for each.
    enum Bad {
        CRASHES_AT_START("import sys; print('no config'); sys.exit(7)", "exit 7"),
        LISTENS_AND_DIES("%s; import sys; sys.exit(5)", "right after it listened: exit 5"),
        HANGS("import time; time.sleep(600)", "did not listen within 5 s"),
        LISTENS_ELSEWHERE(
                "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen();"
                        + " time.sleep(600)",
                "(seen after 5 s), a port that the kernel chose"),
        CLOSES_ITS_LISTENER("%s; s.close(); import time; time.sleep(600)", "closed its listener");

        private final String script;
        private final String blame;

        Bad(String script, String blame) {
            this.script = script;
            this.blame = blame;
        }

        Command on(int port) {
            String listens =
                    "import socket; s = socket.socket(); s.bind(('127.0.0.1', %d)); s.listen()"
                            .formatted(port);
            String whole = script.replace("%s", listens);
            return new Command(List.of(Programs.python(), "-c", whole));
        }
    }

    @ParameterizedTest
    @EnumSource(Bad.class)
    void theOldVersionServesOnAndTheRollSaysWhy(Bad bad) throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.web(port))
                        .workers(2)
                        .port(port)
                        .settings(impatient());
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            List<Integer> before = List.of(fixture.pid(0), fixture.pid(1));
            InetSocketAddress server =
                    new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
            try (ClientLoad clientLoad = new ClientLoad(server, 4)) {
                RequestResult result = fixture.ask(new Request.Roll(Optional.of(bad.on(port))));

                assertThat(result.done()).isFalse();
                assertThat(result.text()).contains(bad.blame);
                assertThat(List.of(fixture.pid(0), fixture.pid(1))).isEqualTo(before);
                assertThat(clientLoad.end()).isEmpty();
                assertThat(clientLoad.answered()).isPositive();
            }
            assertThat(fixture.ask(new Request.Roll(Optional.empty())).done())
                    .as("the working command is still the command")
                    .isTrue();
        }
    }

    @Test
    void aVersionThatListensOnlyOnAnotherPortDoesNotEndTheService() throws Exception {
        int port = FreePort.tcp();
        SupervisorFixture.Setup setup =
                new SupervisorFixture.Setup()
                        .command(Programs.web(port))
                        .workers(1)
                        .settings(impatient());
        try (SupervisorFixture fixture = SupervisorFixture.start(setup).awaitReady()) {
            Command elsewhere = Programs.web(FreePort.tcp());

            RequestResult result = fixture.ask(new Request.Roll(Optional.of(elsewhere)));

            assertThat(result.done()).isFalse();
            assertThat(result.text())
                    .contains("does not cover tcp://127.0.0.1:" + port)
                    .endsWith("the old generation serves on");
            fixture.await(
                    () -> fixture.status().listen().equals(List.of("tcp://127.0.0.1:" + port)));
            assertThat(ClientLoad.ask(new InetSocketAddress("127.0.0.1", port))).isNotEmpty();
        }
    }

    private static Settings impatient() {
        Settings quick = SupervisorFixture.Setup.quick(Settings.Ready.LISTENING);
        return SettingsVariants.withStart(quick, Duration.ofSeconds(5));
    }
}
