package dev.berth.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.cli.command.CommandFailure;
import dev.berth.cli.command.UsageException;
import dev.berth.supervise.contract.ServiceSpec;
import dev.berth.testkit.FreePort;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

class PreflightTest {
    private static final Map<String, String> PATH = Map.of("PATH", "/usr/bin:/bin");

    private static void check(String... words) throws Exception {
        ServiceSpec spec = spec(words);
        PortCheck.check(spec, BindPrivileges.of(spec.sockets(), false, Optional.empty()));
    }

    private static ServiceSpec spec(String... words) throws UsageException {
        return ServiceReader.read(new RunCommand().parser("run").parseArgs(words))
                .services()
                .getFirst()
                .spec();
    }

    @Test
    void aTakenPortIsNamedWithItsProcess() throws Exception {
        try (var taken = new ServerSocket(0)) {
            String port = String.valueOf(taken.getLocalPort());
            String who = "taken: pid " + ProcessHandle.current().pid() + " (java";
            assertThatThrownBy(() -> check("-p", port, "x")).hasMessageContaining(who);
            assertThatThrownBy(() -> check("-l", "127.0.0.1:" + port, "x"))
                    .hasMessageContaining(who);
            assertThatThrownBy(() -> check("--private", port, "-n", "1", "x"))
                    .hasMessageContaining(who);
        }
    }

    @Test
    void aListenerOnOneAddressLeavesTheOthersFree() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.2"))) {
            int port = taken.getLocalPort();
            assertThatCode(() -> check("-l", "127.0.0.3:" + port, "x")).doesNotThrowAnyException();
            assertThatThrownBy(() -> check("-l", "127.0.0.2:" + port, "x"))
                    .hasMessageContaining("is taken");
            assertThatThrownBy(() -> check("-l", "[::]:" + port, "x"))
                    .hasMessageContaining("is taken");
        }
    }

    @Test
    void anotherMemberIsJoinedOnlyOnRequest() throws Exception {
        try (var member = new ServerSocket()) {
            member.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            member.bind(new InetSocketAddress("127.0.0.1", 0));
            String address = "127.0.0.1:" + member.getLocalPort();
            assertThatThrownBy(() -> check("-l", address, "x")).hasMessageEndingWith("--join");
            assertThatCode(() -> check("--join", "-l", address, "x")).doesNotThrowAnyException();
            assertThatThrownBy(() -> check("--join", "--bpf", "cbpf", "-l", address, "x"))
                    .hasMessageEndingWith("omit --bpf");
        }
    }

    @Test
    void anAddressOfAnotherMachineIsReportedAsSuch() {
        assertThatThrownBy(() -> check("-l", "192.0.2.1:" + FreePort.tcp(), "x"))
                .hasMessageContaining("192.0.2.1 is not an address of this machine");
    }

    @Test
    void theLocalEndOfAnOutgoingConnectionIsNamedWithItsProcessAndItsPeer() throws Exception {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var client = new Socket()) {
            client.setReuseAddress(false);
            client.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client.connect(server.getLocalSocketAddress());
            int port = client.getLocalPort();
            assertThatThrownBy(() -> check("-l", "127.0.0.1:" + port, "x"))
                    .hasMessageContaining("connection of pid " + ProcessHandle.current().pid())
                    .hasMessageContaining(
                            "from 127.0.0.1:%d to 127.0.0.1:%d"
                                    .formatted(port, server.getLocalPort()))
                    .hasMessageContaining("ip_local_reserved_ports=" + port)
                    .message()
                    .doesNotContain("minute");
        }
    }

    @Test
    void aClosedConnectionIsNamedByItsStateWithTheTimeToWait() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.tcp());
        try (var client = finWait2(address)) {
            assertThat(client.isConnected()).isTrue();
            assertThatThrownBy(() -> check("-l", "127.0.0.1:" + address.getPort(), "x"))
                    .hasMessageContaining("that no longer belong to a process (1 in FIN_WAIT2)")
                    .hasMessageMatching("(?s).*wait \\d+ s, or use another port");
        }
    }

    /// Closes the server's end of a connection, without SO_REUSEADDR, and returns the client's end,
    /// which is still open.
    private static SocketChannel finWait2(InetSocketAddress address) throws IOException {
        try (var server = ServerSocketChannel.open()) {
            server.setOption(StandardSocketOptions.SO_REUSEADDR, false);
            server.bind(address);
            var client = SocketChannel.open(address);
            server.accept().close();
            return client;
        }
    }

    @Test
    void aBoundButSilentSocketIsNamedWithItsProcess() throws Exception {
        try (var silent = new Socket()) {
            silent.setReuseAddress(false);
            silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = silent.getLocalPort();
            assertThatThrownBy(() -> check("-l", "127.0.0.1:" + port, "x"))
                    .hasMessageContaining("taken: pid " + ProcessHandle.current().pid())
                    .hasMessageContaining("has bound 127.0.0.1:" + port + " without listening");
        }
    }

    @Test
    void anIpv6AddressIsFreeDespiteAnIpv4Listener() throws Exception {
        try (var taken = ServerSocketChannel.open(StandardProtocolFamily.INET)) {
            taken.bind(new InetSocketAddress("0.0.0.0", 0));
            int port = taken.socket().getLocalPort();
            assertThatCode(() -> check("-l", "[::1]:" + port, "x")).doesNotThrowAnyException();
            assertThatThrownBy(() -> check("-l", "127.0.0.1:" + port, "x"))
                    .hasMessageContaining("is taken");
        }
    }

    @Test
    void programsThatDifferFromSlotToSlotAreFoundLater(@TempDir Path directory) throws IOException {
        assertThat(ProgramCheck.find("bin{slot}", directory, PATH)).isEmpty();
        assertThat(ProgramCheck.find("sh", directory, PATH)).isPresent();
        assertThatThrownBy(() -> ProgramCheck.find("no-such-program", directory, PATH))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("command not found: no-such-program");
    }

    @Test
    void usersAreLookedUp() throws CommandFailure {
        assertThat(Account.find(Optional.empty())).isEmpty();
        assertThatThrownBy(() -> Account.find(Optional.of("no-such-user")))
                .hasMessageContaining("no such user: no-such-user");
    }

    @Test
    void theWorkingDirectoryKeepsItsLinks(@TempDir Path directory) throws Exception {
        Path link =
                Files.createSymbolicLink(
                        directory.resolve("current"), Path.of("").toAbsolutePath());
        Map<String, String> environment = Map.of("PWD", link.toString());
        assertThat(WorkingDirectory.find(Path.of(""), environment)).isEqualTo(link);
        assertThat(WorkingDirectory.find(Path.of(""), Map.of("PWD", "/nowhere")))
                .isEqualTo(Path.of("").toAbsolutePath());
        assertThatThrownBy(() -> WorkingDirectory.find(Path.of("nope"), environment))
                .hasMessageContaining("no such directory");
    }
}
