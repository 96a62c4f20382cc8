package dev.berth.inspect;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.berth.net.Holder;
import dev.berth.testkit.Fuzz;

import org.junit.jupiter.api.Test;

import java.util.Optional;

/// Texts about a process that the kernel would never write: parsing returns something or nothing,
/// but does not fail.
class OwnerFuzzTest {
    private static final int PID = 4711;
    private static final String ID = "0123456789abcdef".repeat(4);

    @Test
    void anyPathIsAUnitOrAContainerOrNeither() throws Exception {
        Fuzz.ofTexts(
                        "control groups",
                        "0::/system.slice/nginx.service\n",
                        "1:name=systemd:/docker/" + ID + "\n0::/\n",
                        "0::/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice"
                                + "/cri-containerd-"
                                + ID
                                + ".scope",
                        "0::/machine.slice/machine-a\\x2db.scope/lxc.payload.web/libpod_parent/"
                                + ID)
                .check(OwnerFuzzTest::group);
    }

    private static void group(byte[] input) {
        CgroupPath path = CgroupPath.parse(new String(input, ISO_8859_1));
        path.unit().ifPresent(OwnerFuzzTest::unit);
        path.container().ifPresent(OwnerFuzzTest::container);
    }

    private static void unit(String unit) {
        Fuzz.require(unit.contains(".") && !unit.contains("/") && !unit.contains("\n"), unit);
    }

    private static void container(String container) {
        Fuzz.require(container.indexOf(':') > 0 && !container.contains("\n"), container);
    }

    @Test
    void anyStatusIsAnOwnerOrNone() throws Exception {
        Fuzz.ofTexts(
                        "owners",
                        "Name:\tjava\nUmask:\t0022\nUid:\t1000\t1000\t1000\t1000\nGid:\t0\n",
                        "Name:\ta\\nUid:\t0\nUid:\t4294967295\t65534\t0\t0\n")
                .check(input -> owner(new String(input, ISO_8859_1)));
    }

    private static void owner(String status) {
        OwnerReader reader =
                new OwnerReader(
                        Integer::toUnsignedString,
                        file -> file.endsWith("/status") ? status : "",
                        _ -> "server");
        Optional<Owner> owner = reader.owner(new Holder(PID, 3));
        owner.ifPresent(found -> Fuzz.require(status.contains("\nUid:"), found.toString()));
    }
}
