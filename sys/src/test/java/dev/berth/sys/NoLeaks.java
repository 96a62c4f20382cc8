package dev.berth.sys;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Fails a test that leaves a socket, pipe or other nameless descriptor, or a child process.
///
/// Files do not count: the JVM opens jars at any time.
final class NoLeaks implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace SPACE =
            ExtensionContext.Namespace.create(NoLeaks.class);

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(SPACE).put("before", descriptors());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        assertThat(descriptors())
                .as("descriptors after the test")
                .isEqualTo(context.getStore(SPACE).get("before"));
        assertThat(ProcessHandle.current().children()).as("children after the test").isEmpty();
    }

    private static Map<String, String> descriptors() {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> fds = Files.list(Path.of("/proc/self/fd"))) {
            fds.forEach(fd -> add(found, fd));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static void add(Map<String, String> found, Path fd) {
        try {
            String target = Files.readSymbolicLink(fd).toString();
            if (!target.startsWith("/")) {
                found.put(fd.getFileName().toString(), target);
            }
        } catch (IOException closed) {
            // the descriptor of this very listing
        }
    }
}
