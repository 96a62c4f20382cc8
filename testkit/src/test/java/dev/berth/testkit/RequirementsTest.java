package dev.berth.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

import java.util.Map;

final class RequirementsTest {
    private static final Map<String, String> HOME = Map.of("PATH", "/nowhere:/usr/bin:/bin");
    private static final Map<String, String> CI = Map.of("PATH", "/usr/bin:/bin", "CI", "true");

    @RequiresProgram("sh")
    private static final class Installed {}

    @RequiresProgram("/bin/sh")
    private static final class InstalledByPath {}

    @RequiresProgram({"sh", "no-such-program"})
    private static final class NotInstalled {}

    @RequiresRoot
    private static final class Root {}

    @RequiresCapability(Capability.SYS_ADMIN)
    private static final class Admin {}

    @RequiresKernel(value = "5.10", feature = "this project")
    private static final class OldKernel {}

    @RequiresKernel(value = "99.0", feature = "time travel")
    private static final class NewKernel {}

    @Test
    void installedProgramIsEnough() {
        assertThat(evaluate(HOME, Installed.class).isDisabled()).isFalse();
        assertThat(evaluate(Map.of(), InstalledByPath.class).isDisabled()).isFalse();
        assertThat(evaluate(CI, Installed.class).isDisabled()).isFalse();
        assertThat(evaluate(HOME, RequirementsTest.class).isDisabled()).isFalse();
    }

    @Test
    void missingProgramSkipsOutsideCi() {
        ConditionEvaluationResult result = evaluate(HOME, NotInstalled.class);
        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).contains("not installed: no-such-program");
    }

    @Test
    void missingProgramFailsInCi() {
        assertThatThrownBy(() -> evaluate(CI, NotInstalled.class))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not installed: no-such-program, and CI=true forbids skipping");
    }

    @Test
    void rootAndCapabilitiesOfThisProcessAreChecked() {
        assertThat(evaluate(HOME, Root.class).isDisabled()).isEqualTo(Processes.geteuid() != 0);
        assertThat(evaluate(HOME, Admin.class).isDisabled())
                .isEqualTo(!Capabilities.has(Capability.SYS_ADMIN));
    }

    @Test
    void aTooOldKernelIsReportedWithTheFeature() {
        assertThat(evaluate(HOME, OldKernel.class).isDisabled()).isFalse();
        assertThat(evaluate(CI, NewKernel.class).getReason())
                .contains("time travel needs Linux 99.0");
    }

    @Test
    void kernelReleasesAreComparedAsNumbers() {
        assertThat(release("6.8.0-rc1")).isLessThan(release("6.18.44-fc"));
        assertThat(release("5.19")).isLessThan(release("6.0\n"));
        assertThat(release("6.8")).isEqualByComparingTo(release("6.8.12"));
    }

    private static Requirements.KernelRelease release(String text) {
        return Requirements.KernelRelease.parse(text);
    }

    private static ConditionEvaluationResult evaluate(
            Map<String, String> environment, Class<?> test) {
        return new Requirements(environment).evaluate(test);
    }
}
