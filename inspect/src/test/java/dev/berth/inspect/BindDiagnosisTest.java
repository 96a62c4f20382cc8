package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.ListenAddress;
import dev.berth.net.Protocol;
import dev.berth.testkit.ChildProcess;
import dev.berth.testkit.FreePort;

import org.junit.jupiter.api.Test;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;

class BindDiagnosisTest {
    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final BindException TAKEN = new BindException("Address already in use");

    @Test
    void namesTheHolderToAPlainProgramOnTheClassPath() throws Exception {
        try (ServerSocket holder = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ChildProcess program =
                        ChildProcess.java(
                                PlainProgram.class, Integer.toString(holder.getLocalPort()))) {
            assertThat(program.awaitExit(LIMIT)).as("%s", program.output()).isZero();

            String pid = "pid " + ProcessHandle.current().pid();
            assertThat(program.output())
                    .anyMatch(line -> line.startsWith("report " + pid))
                    .contains("forecast EADDRINUSE")
                    .anyMatch(line -> line.startsWith("diagnosis ") && line.contains(pid))
                    .anyMatch(line -> line.startsWith("fix stop " + pid))
                    .noneMatch(line -> line.contains("WARNING"));
        }
    }

    @Test
    void reportsThatTheHolderIsGone() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.tcp());

        assertThat(BindDiagnosis.of(TAKEN, address).summary()).endsWith("is free now");
    }

    @Test
    void doesNotCallADeniedBindTaken() throws Exception {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), FreePort.tcp());
        var denied = new BindException("Permission denied");

        assertThat(BindDiagnosis.of(denied, address).summary())
                .contains("was refused", "security module")
                .doesNotContain("taken");
    }

    @Test
    void takesAddressesAsTheJdkBindsThem() throws Exception {
        InetSocketAddress loopback = new InetSocketAddress("127.0.0.1", 80);
        InetSocketAddress all6 = new InetSocketAddress("::", 80);

        assertThat(JdkAddress.of(Protocol.TCP, loopback))
                .isEqualTo(ListenAddress.parse("tcp://127.0.0.1:80"));
        assertThat(JdkAddress.of(Protocol.UDP, all6))
                .isEqualTo(ListenAddress.parse("udp://[::]:80"));
    }
}
