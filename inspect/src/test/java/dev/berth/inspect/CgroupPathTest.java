package dev.berth.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CgroupPathTest {
    private static final String ID =
            "0123456789ab0123456789ab0123456789ab0123456789ab0123456789ab0123";

    /// `ID` stands for 64 hexadecimal digits, `-` for nothing.
    @ParameterizedTest
    @CsvSource({
        "/, -, -",
        "/system.slice/nginx.service, nginx.service, -",
        "/system.slice/system-getty.slice/getty@tty1.service, getty@tty1.service, -",
        "/user.slice/user-1000.slice/session-3.scope, session-3.scope, -",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/web.service, web.service, -",
        "/system.slice/web.service/worker-1, web.service, -",
        "/_cpu.service, cpu.service, -",
        "/docker/ID, -, docker:0123456789ab",
        "/docker/ID/init, -, docker:0123456789ab",
        "/system.slice/docker-ID.scope, docker-ID.scope, docker:0123456789ab",
        "/system.slice/docker.service, docker.service, -",
        "/machine.slice/libpod-ID.scope/container, libpod-ID.scope, podman:0123456789ab",
        "/libpod_parent/ID, -, podman:0123456789ab",
        "/machine.slice/libpod-conmon-ID.scope, libpod-conmon-ID.scope, -",
        "/system.slice/nerdctl-ID.scope, nerdctl-ID.scope, nerdctl:0123456789ab",
        "/default/ID, -, containerd:0123456789ab",
        "/kubepods/besteffort/pod11111111-2222-3333-4444-555555555555/ID, -,"
                + " kubernetes:11111111-2222-3333-4444-555555555555/0123456789ab",
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod11111111_2222_3333_4444_"
                + "555555555555.slice/cri-containerd-ID.scope, cri-containerd-ID.scope,"
                + " kubernetes:11111111-2222-3333-4444-555555555555/0123456789ab",
        "/kubepods.slice/kubepods-pod11111111_2222_3333_4444_555555555555.slice/crio-ID.scope,"
                + " crio-ID.scope,"
                + " kubernetes:11111111-2222-3333-4444-555555555555/0123456789ab",
        "/system.slice/crio-ID.scope, crio-ID.scope, cri-o:0123456789ab",
        "/lxc/web, -, lxc:web",
        "/lxc.payload.web/init.scope, init.scope, lxc:web",
        "/machine.slice/machine-my\\x2dbox.scope, machine-my\\x2dbox.scope, machine:my-box",
        "/ID, -, -",
        "/../../etc, -, -",
    })
    void pathGivesUnitAndContainer(String path, String unit, String container) {
        CgroupPath read = CgroupPath.of(path.replace("ID", ID));
        assertThat(read.unit().orElse("-")).isEqualTo(unit.replace("ID", ID));
        assertThat(read.container().orElse("-")).isEqualTo(container);
    }

    @Test
    void versionTwoCountsBeforeTheOthers() {
        String text = "3:cpu:/docker/" + ID + "\n1:name=systemd:/a.service\n0::/b.service\n";
        CgroupPath read = CgroupPath.parse(text);
        assertThat(read.unit()).contains("b.service");
        assertThat(read.container()).contains("docker:0123456789ab");
    }

    @Test
    void namedHierarchyCountsBeforeControllers() {
        String text = "2:cpu,cpuacct:/x.service\n1:name=systemd:/y.service\n0::/\n";
        assertThat(CgroupPath.parse(text).unit()).contains("y.service");
    }

    @Test
    void malformedTextGivesNothing() {
        assertThat(CgroupPath.parse("")).isEqualTo(CgroupPath.NONE);
        assertThat(CgroupPath.parse("\n:\n::\nabc")).isEqualTo(CgroupPath.NONE);
    }
}
