package dev.berth.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresProgram;
import dev.berth.testkit.RequiresRoot;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What is reported, and what still works, if the system refuses an operation.
@RequiresRoot
@RequiresProgram("python3")
@ExtendWith(LeakCheck.class)
final class RefusedTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int PORT = NamespacedSupervisor.PORT;

    @TempDir Path directory;

    private ChildProcess confined(String listen, String program) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(directory.toString(), listen));
        arguments.addAll(List.of(PythonServers.python(directory, program)));
        return ChildProcess.java(ConfinedSupervisor.class, arguments.toArray(String[]::new));
    }

    @Test
    void withoutPidfdGetfdANamedAddressIsStillShared() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        String named = "tcp://0.0.0.0:8080";
                        try (ChildProcess supervisor = confined(named, PythonServers.PLAIN)) {
                            supervisor.awaitLine(line -> line.contains("0.1 is ready"), PATIENCE);
                            supervisor.awaitLine(line -> line.contains("1.1 is ready"), PATIENCE);
                            assertThat(slots()).containsExactlyInAnyOrder(0, 1);
                            Files.createFile(directory.resolve("stop"));
                            assertThat(supervisor.awaitExit(PATIENCE)).isZero();
                            assertThat(supervisor.output()).contains("exit 0");
                        }
                    });
        }
    }

    @Test
    void withoutPidfdGetfdAnUnnamedAddressIsRefusedWithAdvice() throws Exception {
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ChildProcess supervisor = confined("-", PythonServers.PLAIN)) {
                            supervisor.awaitExit(PATIENCE);
                            assertThat(String.join("\n", supervisor.output()))
                                    .contains("exit 1")
                                    .contains("pidfd_getfd is refused")
                                    .contains("CAP_SYS_PTRACE")
                                    .contains("name the port with -p or -l")
                                    .contains("--adopt listen-fds");
                        }
                    });
        }
    }

    @Test
    void anEpollSetThatCannotBeTakenIsReported() throws Exception {
        String program =
                """
                import select
                s = tcp()
                each = select.epoll()
                each.register(s, select.EPOLLIN)
                s.bind(('0.0.0.0', 8080))
                """;
        try (NetworkNamespace namespace = NetworkNamespace.open()) {
            namespace.run(
                    () -> {
                        try (ChildProcess supervisor = confined("tcp://0.0.0.0:8080", program)) {
                            supervisor.awaitExit(PATIENCE);
                            assertThat(String.join("\n", supervisor.output()))
                                    .contains("exit 1")
                                    .contains("epoll set before bind");
                        }
                    });
        }
    }

    private static Set<Integer> slots() throws IOException {
        Set<Integer> found = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            String who = ClientLoad.ask(NamespacedSupervisor.at("127.0.0.1", PORT));
            found.add(Integer.parseInt(who.substring(0, who.indexOf('.'))));
        }
        return found;
    }

    @Test
    void aForeignListenerInTheWayIsNamedWithItsPid() throws Exception {
        try (NamespacedSupervisor harbour = NamespacedSupervisor.open(directory)) {
            try (ServerSocket foreign = harbour.inside(() -> new ServerSocket(PORT))) {
                assertThat(foreign.isBound()).isTrue();
                harbour.begin(PythonServers.plain(directory));
                assertThat(harbour.awaitEnd()).isEqualTo(1);
            }
            long self = ProcessHandle.current().pid();
            assertThat(harbour.said())
                    .containsOnlyOnce("tcp://0.0.0.0:8080 is taken by pid " + self + " (")
                    .contains("use another port");
        }
    }
}
