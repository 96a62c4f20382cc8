package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;

class UsersTest {
    @Test
    void everyAccountOfThePasswdFileIsFoundAsItIs() throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
            String[] fields = line.split(":", -1);
            if (fields.length == 7) {
                User user = Users.byName(fields[0]).orElseThrow();
                assertThat(user.name()).isEqualTo(fields[0]);
                assertThat(user.uid()).isEqualTo(Integer.parseInt(fields[2]));
                assertThat(user.gid()).isEqualTo(Integer.parseInt(fields[3]));
                assertThat(user.home()).isEqualTo(fields[5]);
                assertThat(user.shell()).isEqualTo(fields[6]);
                assertThat(user.groups()).contains(user.gid());
            }
        }
    }

    @Test
    void theGroupsOfAUserIncludeThoseThatNameIt() throws IOException {
        for (String line : Files.readAllLines(Path.of("/etc/group"))) {
            String[] fields = line.split(":", -1);
            for (String member : fields[3].split(",")) {
                Users.byName(member)
                        .ifPresent(
                                user ->
                                        assertThat(user.groups())
                                                .contains(Integer.parseInt(fields[2])));
            }
        }
    }

    @Test
    void rootIsFoundByNumber() {
        assertThat(Users.byUid(0).orElseThrow()).isEqualTo(Users.byName("root").orElseThrow());
    }

    @Test
    void anUnknownUserIsNotFound() {
        assertThat(Users.byName("no-such-user")).isEmpty();
        assertThat(Users.byName("")).isEmpty();
        assertThat(Users.byName("ro\0ot")).isEmpty();
        assertThat(Users.byUid(-2)).isEmpty();
    }

    @Test
    void capabilitiesAreTheBitsOfTheirMask() {
        assertThat(Capabilities.parse("0000000000000000")).isEmpty();
        assertThat(Capabilities.parse("0000000000000400"))
                .containsExactly(Capability.NET_BIND_SERVICE);
        assertThat(Capabilities.parse("000001ffffffffff"))
                .isEqualTo(EnumSet.allOf(Capability.class));
        assertThat(Capability.BPF.number()).isEqualTo(39);
        assertThat(Capability.SYS_PTRACE.number()).isEqualTo(19);
        assertThat(Capability.SYS_ADMIN.number()).isEqualTo(21);
        assertThat(Capability.CHECKPOINT_RESTORE).hasToString("CAP_CHECKPOINT_RESTORE");
    }

    @Test
    void aRootThreadMayBindLowPortsAndAnotherMayNot() {
        if (Processes.geteuid() != 0) {
            assertThat(Capabilities.has(Capability.SETPCAP)).isFalse();
        } else {
            assertThat(Capabilities.effective()).isNotEmpty();
        }
    }
}
