package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ArchTest {
    @Test
    void bothNamesOfAnArchitectureAreKnown() {
        assertThat(Arch.named("amd64")).contains(Arch.X86_64);
        assertThat(Arch.named("x86_64")).contains(Arch.X86_64);
        assertThat(Arch.named("aarch64")).contains(Arch.AARCH64);
        assertThat(Arch.named("arm64")).contains(Arch.AARCH64);
        assertThat(Arch.named("riscv64")).isEmpty();
    }

    @Test
    void auditValuesAreThoseOfTheKernel() {
        assertThat(Arch.X86_64.auditValue()).isEqualTo(62 | 0xC000_0000);
        assertThat(Arch.AARCH64.auditValue()).isEqualTo(183 | 0xC000_0000);
    }

    @Test
    void thisMachineIsSupportedAndSaysWhatItIs() {
        assertThat(Platform.supported()).isTrue();
        assertThat(Platform.describe()).startsWith("Linux on ");
    }
}
