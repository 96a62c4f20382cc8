package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ProcessList;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.Optional;

/// A process ends in the middle of a report on its socket: between two reads of its files.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class VanishingProcessTest {
    private static final String CLOSED = "its owner closed it during the inspection";

    @ParameterizedTest
    @ValueSource(strings = {"status", "cgroup"})
    void theReportSaysSoAndIsOtherwiseComplete(String file) throws Exception {
        PortReport report = report(file);
        assertThat(report.sockets()).hasSize(2).allMatch(PortSocket::listening);
        PortSocket left = on(report, 80);
        assertThat(left.reuseaddr()).isEmpty();
        assertThat(left.reuseport()).isEmpty();
        assertThat(left.options().unknown()).isEqualTo(CLOSED);
        assertThat(report.unknown())
                .anyMatch(text -> text.contains(":80 ") && text.contains(CLOSED));
        PortSocket other = on(report, 81);
        assertThat(other.owners()).hasSize(1);
        assertThat(other.reuseport()).contains(true);
    }

    @Test
    void aProcessThatEndedBeforeItsNameWasReadIsNoOwner() throws Exception {
        PortSocket left = on(report("status"), 80);
        assertThat(left.owners()).isEmpty();
        assertThat(left.explanation()).isEqualTo("its process ended during the inspection");
    }

    @Test
    void aProcessThatEndedAfterwardsIsNamedAsItWas() throws Exception {
        PortSocket left = on(report("cgroup"), 80);
        assertThat(left.owners())
                .singleElement()
                .satisfies(
                        owner -> {
                            assertThat(owner.command()).contains("python3");
                            assertThat(owner.unit()).isEqualTo(Optional.empty());
                        });
    }

    /// Reports all listeners of a namespace. The process that listens on port 80 ends when its
    /// `file` is read; another process stays.
    private static PortReport report(String file) throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open();
                ChildProcess victim = namespace.call(() -> LiveServers.python("s = listener(80)"));
                ChildProcess _ = namespace.call(() -> LiveServers.python("s = listener(81)"))) {
            String trigger = "/proc/" + victim.pid() + "/" + file;
            var reader =
                    new OwnerReader(
                            new UserNames()::name,
                            path -> {
                                if (path.equals(trigger)) {
                                    victim.close();
                                }
                                return OwnerReader.text(path);
                            },
                            ProcessList::command);
            PortQuery query = PortQuery.everything().withListenersOnly();
            PortReport report = namespace.call(() -> new PortReportBuilder(query, reader).report());
            assertThat(victim.isAlive()).as("it ended during the report").isFalse();
            return report;
        }
    }

    private static PortSocket on(PortReport report, int port) {
        return report.sockets().stream()
                .filter(socket -> socket.local().port() == port)
                .findFirst()
                .orElseThrow();
    }
}
