package dev.berth.net;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.nio.file.Files;
import java.nio.file.Path;

@ExtendWith(NamespaceExtension.class)
class LowPortsTest {
    @Test
    void aRefusalSaysWhatWhyAndWhatToDo() throws Exception {
        Files.writeString(Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start"), "90\n");
        assertThat(LowPorts.firstFree()).isEqualTo(90);
        assertThat(LowPorts.refused("port 80", 80, "tcp://0.0.0.0:80"))
                .startsWith("no permission for port 80: ports below 90 need root or")
                .contains("CAP_NET_BIND_SERVICE")
                .contains("sysctl -w net.ipv4.ip_unprivileged_port_start=80")
                .contains("berth run -l tcp://0.0.0.0:80 --user NAME");
    }
}
