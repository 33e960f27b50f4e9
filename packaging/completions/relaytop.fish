function _relaytop_completion
    set -l word (commandline -t)
    set -l response (env _RELAYTOP_COMPLETE=fish_complete COMP_WORDS=(commandline -cp) \
        COMP_CWORD=$word relaytop 2>/dev/null)
    set -l option (string match -r -- '^-[^=]*=' $word; or echo)
    set -l typed (string replace -- "$option" "" $word)
    for completion in $response
        set -l metadata (string split -m 1 "," -- $completion)
        switch $metadata[1]
            case dir
                printf '%s\n' $option(__fish_complete_directories $typed)
            case file
                printf '%s\n' $option(__fish_complete_path $typed)
            case plain
                printf '%s\n' $option$metadata[2]
        end
    end
end
complete --no-files --command relaytop --arguments "(_relaytop_completion)"
