package dev.berth.bpf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Arch;
import dev.berth.sys.Errno;
import dev.berth.sys.Syscall;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;

class SeccompFilterTest {

    private static final int ALLOW = 0x7fff0000;
    private static final int NOTIFY = 0x7fc00000;
    private static final int X32 = 0x40000000;
    private static final List<Syscall> CALLS = List.of(Syscall.BIND, Syscall.LISTEN);

    @ParameterizedTest
    @EnumSource(Arch.class)
    void exactlyTheListedCallsAreHandedOver(Arch arch) {
        long[] filter = SeccompFilter.notify(arch, CALLS);

        for (int number = -1; number < 1024; number++) {
            boolean listed =
                    number == Syscall.BIND.number(arch) || number == Syscall.LISTEN.number(arch);
            assertThat(answer(filter, arch.auditValue(), number))
                    .as("%s call %d", arch, number)
                    .isEqualTo(listed ? NOTIFY : ALLOW);
        }
    }

    @ParameterizedTest
    @EnumSource(Arch.class)
    void theSameNumbersOfAnotherArchitectureAreAllowed(Arch arch) {
        long[] filter = SeccompFilter.notify(arch, CALLS);
        int i386 = 0x40000003;

        for (Arch other : Arch.values()) {
            int expected = other == arch ? NOTIFY : ALLOW;
            assertThat(answer(filter, other.auditValue(), Syscall.BIND.number(arch)))
                    .isEqualTo(expected);
        }
        assertThat(answer(filter, i386, Syscall.BIND.number(arch))).isEqualTo(ALLOW);
    }

    @Test
    void x32CallsAreAllowed() {
        long[] filter = SeccompFilter.notify(Arch.X86_64, CALLS);
        int bind = Syscall.BIND.number(Arch.X86_64);

        assertThat(answer(filter, Arch.X86_64.auditValue(), X32 | bind)).isEqualTo(ALLOW);
    }

    @ParameterizedTest
    @EnumSource(Arch.class)
    void deniedCallsFailWithTheError(Arch arch) {
        long[] filter = SeccompFilter.deny(arch, List.of(Syscall.BIND), Errno.EPERM);

        assertThat(answer(filter, arch.auditValue(), Syscall.BIND.number(arch)))
                .isEqualTo(0x00050000 | Errno.EPERM.number());
        assertThat(answer(filter, arch.auditValue(), Syscall.LISTEN.number(arch))).isEqualTo(ALLOW);
    }

    @Test
    void listingOfTheDefaultFilter() {
        assertThat(SeccompFilter.listing(Arch.X86_64, CALLS, NOTIFY))
                .hasToString(
                        """
                           0: ld [4]
                           1: jeq #0xc000003e, next, allow
                           2: ld [0]
                           3: jeq #49, answer, next
                           4: jeq #50, answer, next
                        allow:
                           5: ret #0x7fff0000
                        answer:
                           6: ret #0x7fc00000\
                        """);
    }

    @Test
    void aFilterWithoutCallsIsRefused() {
        assertThatThrownBy(() -> SeccompFilter.notify(Arch.X86_64, List.of()))
                .hasMessageContaining("needs at least one call");
    }

    @Test
    void theNumberOfCallsIsLimitedByTheReachOfAJump() {
        List<Syscall> most = new ArrayList<>(Collections.nCopies(253, Syscall.BIND));
        assertThat(SeccompFilter.notify(Arch.X86_64, most)).hasSize(258);

        most.addAll(Collections.nCopies(3, Syscall.LISTEN));
        assertThatThrownBy(() -> SeccompFilter.notify(Arch.X86_64, most))
                .hasMessageContaining("can skip 0 to 255");
    }

    private static int answer(long[] filter, int arch, int number) {
        int[] data = new int[16];
        Arrays.fill(data, 0x5a5a5a5a);
        data[0] = number;
        data[1] = arch;
        return CbpfMachine.run(filter, (offset, _) -> OptionalInt.of(data[offset / 4]));
    }
}
