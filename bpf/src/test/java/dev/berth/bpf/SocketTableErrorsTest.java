package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Bpf;
import dev.berth.sys.Capability;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;
import dev.berth.sys.ProgramLoad;
import dev.berth.sys.Sockets;
import dev.berth.testkit.LeakCheck;
import dev.berth.testkit.NetworkNamespace;
import dev.berth.testkit.RequiresCapability;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import java.io.IOException;
import java.util.Map;

@ExtendWith(LeakCheck.class)
@RequiresCapability({Capability.SYS_ADMIN, Capability.BPF})
class SocketTableErrorsTest {

    private NetworkNamespace namespace;

    @BeforeEach
    void enter() throws IOException {
        namespace = NetworkNamespace.open();
    }

    @AfterEach
    void leave() {
        namespace.close();
    }

    @Test
    void invalidSocketsAndKeysAreRefused() throws Exception {
        namespace.run(
                () -> {
                    try (FourListeners the = new FourListeners(Loopback.IPV4);
                            SocketTable other = SocketTable.create(16);
                            Fd silent = GroupSockets.socket(Sockets.AF_INET, Sockets.SOCK_STREAM)) {
                        assertFails(() -> the.table.put(0, silent.number()), Errno.EINVAL);
                        assertFails(() -> other.put(0, the.group.fd(0)), Errno.EBUSY);
                        assertFails(() -> the.table.put(10, the.group.fd(0)), Errno.EBUSY);
                        assertFails(() -> the.table.attach(silent.number()), Errno.EINVAL);
                        assertThatThrownBy(() -> the.table.put(16, the.group.fd(0)))
                                .hasMessage("key=16: must be 0 to 15");
                        assertThatThrownBy(() -> the.table.serve(Selection.HASH, new int[] {3, -1}))
                                .hasMessage("key=-1: must be 0 to 15");
                    }
                });
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void assertFails(Step step, Errno expected) {
        assertThatThrownBy(step::run)
                .isInstanceOfSatisfying(
                        ErrnoException.class,
                        failure -> assertThat(failure.name()).contains(expected));
    }

    @Test
    void aRefusedProgramSaysWhere() {
        long[] outside =
                EbpfProgram.of(
                                new Ebpf.Load(Width.WORD, Register.R0, Register.R1, 500),
                                new Ebpf.Exit())
                        .assemble(Map.of());
        int type = Bpf.PROG_TYPE_SK_REUSEPORT;
        ProgramLoad load =
                Bpf.progLoad(type, outside, "Apache-2.0", Bpf.SK_REUSEPORT_SELECT, "outside");

        assertThatThrownBy(() -> SocketTable.fd(load))
                .isInstanceOf(VerifierException.class)
                .hasMessageContaining("invalid bpf_context access off=500")
                .hasMessageContaining(", at 0: (61) r0 = *(u32 *)(r1 +500)");
    }

    @Test
    void sizesOutOfRangeAreRefused() throws IOException {
        assertThatThrownBy(() -> SocketTable.create(0)).hasMessageContaining("keys=0");
        assertThatThrownBy(() -> SocketTable.create(65537)).hasMessageContaining("keys=65537");
        try (SocketTable largest = SocketTable.create(SocketTable.MAX_KEYS)) {
            assertThat(largest.steered(65535)).isZero();
        }
    }

    @Test
    void withoutTheCapabilityItIsEperm() throws Exception {
        // Once as root, to load the classes: the user nobody might lack permission to read them.
        SocketTable.create(1).close();
        assertFails(SocketTableErrorsTest::failWithEperm, Errno.EPERM);
        namespace.run(
                () -> {
                    Nobody.become();
                    assertFails(() -> SocketTable.create(1), Errno.EPERM);
                });
    }

    private static void failWithEperm() throws ErrnoException {
        ErrnoException.check("nothing", "", -Errno.EPERM.number());
    }
}
