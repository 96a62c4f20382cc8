package dev.berth.supervise.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.net.Protocol;
import dev.berth.supervise.steering.GroupKey;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.SockAddr;

import org.junit.jupiter.api.Test;

final class PortOwnersTest {
    @Test
    void aPrivilegedPortIsExplained() {
        var http = new GroupKey(Protocol.TCP, new SockAddr.Inet4(0, 80), false, 0, false);
        var refused = new ErrnoException("bind", "0.0.0.0:80", Errno.EACCES.number());
        assertThat(PortOwners.brief(refused, http))
                .startsWith("no permission for tcp://0.0.0.0:80: ports below")
                .contains("CAP_NET_BIND_SERVICE")
                .contains("ip_unprivileged_port_start=80")
                .contains("berth run -l tcp://0.0.0.0:80");
    }
}
