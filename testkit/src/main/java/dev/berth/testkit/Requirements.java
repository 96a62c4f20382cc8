package dev.berth.testkit;

import dev.berth.sys.Capabilities;
import dev.berth.sys.Capability;
import dev.berth.sys.Processes;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Evaluates the `@Requires…` annotations of a test or its class.
final class Requirements implements ExecutionCondition {
    private final Map<String, String> environment;

    /// For JUnit, which instantiates it by reflection.
    Requirements() {
        this(System.getenv());
    }

    Requirements(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return evaluate(context.getElement().orElseThrow());
    }

    /// @throws IllegalStateException if the test must not be skipped: JUnit then reports a failure
    ConditionEvaluationResult evaluate(AnnotatedElement test) {
        Optional<String> missing =
                Stream.of(program(test), root(test), capability(test), kernel(test))
                        .flatMap(Optional::stream)
                        .findFirst();
        return missing.map(ConditionEvaluationResult::disabled)
                .orElseGet(() -> ConditionEvaluationResult.enabled("nothing is missing"));
    }

    private Optional<String> program(AnnotatedElement test) {
        RequiresProgram wanted = test.getAnnotation(RequiresProgram.class);
        for (String name : wanted == null ? new String[0] : wanted.value()) {
            if (!installed(name)) {
                String reason = "not installed: " + name;
                if ("true".equals(environment.get("CI"))) {
                    throw new IllegalStateException(reason + ", and CI=true forbids skipping");
                }
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    private boolean installed(String name) {
        if (name.startsWith("/")) {
            return Files.isExecutable(Path.of(name));
        }
        for (String folder : environment.getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, name))) {
                return true;
            }
        }
        return false;
    }

    private static Optional<String> root(AnnotatedElement test) {
        boolean missing = test.isAnnotationPresent(RequiresRoot.class) && Processes.geteuid() != 0;
        return missing ? Optional.of("needs root") : Optional.empty();
    }

    private static Optional<String> capability(AnnotatedElement test) {
        RequiresCapability wanted = test.getAnnotation(RequiresCapability.class);
        for (Capability capability : wanted == null ? new Capability[0] : wanted.value()) {
            if (!Capabilities.has(capability)) {
                return Optional.of("needs capability " + capability);
            }
        }
        return Optional.empty();
    }

    private static Optional<String> kernel(AnnotatedElement test) {
        RequiresKernel wanted = test.getAnnotation(RequiresKernel.class);
        if (wanted == null
                || KernelRelease.running().compareTo(KernelRelease.parse(wanted.value())) >= 0) {
            return Optional.empty();
        }
        return Optional.of(wanted.feature() + " needs Linux " + wanted.value());
    }

    /// A kernel's major and minor number.
    record KernelRelease(int major, int minor) implements Comparable<KernelRelease> {
        static KernelRelease running() {
            try {
                return parse(Files.readString(Path.of("/proc/sys/kernel/osrelease")));
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }

        static KernelRelease parse(String release) {
            String[] numbers = release.strip().split("[^0-9]", 3);
            return new KernelRelease(Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
        }

        @Override
        public int compareTo(KernelRelease other) {
            return major == other.major
                    ? Integer.compare(minor, other.minor)
                    : Integer.compare(major, other.major);
        }
    }
}
