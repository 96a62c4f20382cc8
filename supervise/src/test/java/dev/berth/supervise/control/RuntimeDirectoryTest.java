package dev.berth.supervise.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.berth.sys.Processes;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

class RuntimeDirectoryTest {
    private final int uid = Processes.geteuid();

    @TempDir Path top;

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(top.resolve("run"));
        Files.createDirectories(top.resolve("tmp"));
        Files.createDirectories(top.resolve("xdg"));
    }

    private RuntimeDirectory of(Map<String, String> environment, int user) {
        return RuntimeDirectory.of(environment, user, top);
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void theUsersOwnDirectoryComesFirst() throws IOException {
        Path xdg = top.resolve("xdg");
        Path made = of(Map.of("XDG_RUNTIME_DIR", xdg.toString()), uid).make(Optional.empty());
        assertThat(made).isEqualTo(xdg.resolve("berth"));
        assertThat(mode(made)).isEqualTo("rwx------");
    }

    @Test
    void anotherUsersOrAMissingDirectoryIsSkipped() throws IOException {
        int other = uid + 1;
        assertThat(of(Map.of("XDG_RUNTIME_DIR", top.resolve("xdg").toString()), other).list())
                .isEmpty();
        assertThatThrownBy(
                        () ->
                                RuntimeDirectory.of(Map.of(), other, top.resolve("none"))
                                        .make(Optional.empty()))
                .hasMessageContaining("set XDG_RUNTIME_DIR");
        Path made = of(Map.of("XDG_RUNTIME_DIR", top + "/nowhere"), 4711).make(Optional.empty());
        assertThat(made).isEqualTo(top.resolve("tmp/berth-4711"));
        assertThat(mode(made)).isEqualTo("rwx------");
    }

    @Test
    void rootsDirectoryIsReadableByAll() throws IOException {
        Path made = of(Map.of(), 0).make(Optional.empty());
        assertThat(made).isEqualTo(top.resolve("run/berth"));
        assertThat(mode(made)).isEqualTo("rwxr-xr-x");
    }

    @Test
    void aDirectoryPreparedByOthersIsRefused() throws IOException {
        int other = uid + 4711;
        Path trap = Files.createDirectory(top.resolve("tmp/berth-" + other));
        assertThatThrownBy(() -> of(Map.of(), other).make(Optional.empty()))
                .hasMessageContaining(trap.toString())
                .hasMessageContaining("only you (uid " + other + ")");
    }

    @Test
    void aDirectoryThatOthersCanWriteToIsRefused() throws IOException {
        String xdg = top.resolve("xdg").toString();
        Path made = of(Map.of("XDG_RUNTIME_DIR", xdg), uid).make(Optional.empty());
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> of(Map.of("XDG_RUNTIME_DIR", xdg), uid).make(Optional.empty()))
                .hasMessageContaining("mode 777")
                .hasMessageContaining("chmod go-w " + made);
    }

    @Test
    void theUsersOwnDirectoryLosesWriteAccessForOthers() throws IOException {
        String xdg = top.resolve("xdg").toString();
        Path made = of(Map.of("XDG_RUNTIME_DIR", xdg), uid).make(Optional.empty());
        Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxrwxrwx"));
        List<String> notes = new ArrayList<>();
        of(Map.of("XDG_RUNTIME_DIR", xdg), uid).make(Optional.of(notes::add));
        assertThat(mode(made)).isEqualTo("rwx------");
        assertThat(notes).singleElement().asString().contains("was writable by others");
    }

    @Test
    void aClientTrustsNoDirectoryOfOthersEither() throws IOException {
        int other = uid + 4711;
        Path trap = Files.createDirectories(top.resolve("tmp/berth-" + other + "/app"));
        Files.createFile(trap.resolve("control"));
        RuntimeDirectory directory = of(Map.of(), other);
        assertThatThrownBy(() -> directory.directory("app")).hasMessageContaining("only you (uid");
        assertThatThrownBy(directory::list).hasMessageContaining("only you (uid");
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        String xdg = top.resolve("xdg").toString();
        Files.createSymbolicLink(top.resolve("xdg/berth"), top.resolve("tmp"));
        assertThatThrownBy(() -> of(Map.of("XDG_RUNTIME_DIR", xdg), uid).make(Optional.empty()))
                .isInstanceOf(IOException.class);
    }

    @Test
    void onlyNamesWithASocketAreListed() throws IOException {
        RuntimeDirectory directory = of(Map.of("XDG_RUNTIME_DIR", top + "/xdg"), uid);
        assertThat(directory.list()).isEmpty();
        Path made = directory.make(Optional.empty());
        Files.createDirectories(made.resolve("zebra"));
        Files.createFile(made.resolve("zebra/control"));
        Files.createDirectories(made.resolve("ape"));
        Files.createFile(made.resolve("ape/control"));
        Files.createDirectories(made.resolve("no-socket"));
        assertThat(directory.list()).containsExactly("ape", "zebra");
    }
}
